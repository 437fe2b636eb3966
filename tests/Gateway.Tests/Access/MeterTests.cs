using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net.Http.Headers;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>What all meters of the process measure while requests with credentials are answered.</summary>
public sealed class MeterTests
{
    [Fact]
    public async Task No_credential_is_a_label_of_a_metric()
    {
        await using var teams = await TwoTeams.StartAsync();
        var labels = new ConcurrentQueue<string>();
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Keep(tags));
        listener.SetMeasurementEventCallback<int>((_, _, tags, _) => Keep(tags));
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Keep(tags));
        listener.Start();
        var key = teams.KeyOf(TwoTeams.Red);
        foreach (var credential in new[] { key, key[..^1] + "-", "dgm_0123456789abABCDEFGHIJKLMNOPQRSTUV4AwEps" })
        {
            foreach (var (scheme, text) in new[] { ("Bearer", credential), ("Basic", Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes("x:" + credential))) })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat?key=" + credential) { Content = new StringContent("""{"model":"m","top_k":1,"messages":[{"role":"user","content":"q"}]}""") };
                request.Headers.Authorization = new AuthenticationHeaderValue(scheme, text);
                using var answer = await teams.Gateway.Client.SendAsync(request);
            }
        }

        listener.RecordObservableInstruments();
        Assert.NotEmpty(labels);
        Assert.DoesNotContain(labels, label => label.Contains(key[16..30], StringComparison.Ordinal) || label.Contains("QRSTUV4AwEps", StringComparison.Ordinal));

        void Keep(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
                labels.Enqueue($"{tag.Key}={Convert.ToString(tag.Value, CultureInfo.InvariantCulture)}");
        }
    }
}
