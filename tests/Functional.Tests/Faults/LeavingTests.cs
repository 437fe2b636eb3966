using System.Diagnostics;
using System.Text;
using Dragoman.Functional.Tests.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>
/// When a client disconnects, the gateway cancels its call to the provider within 100 ms: from the client's close until the
/// provider's side sees the gateway's close.
/// </summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public class LeavingTests(FaultDeployment deployment, ITestOutputHelper report)
{
    private const string ShortAnswer = "tokens=3";

    /// <summary>The limit for the median, because a busy machine may be late sometimes.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(2);

    public static TheoryData<string, bool> Ways => new()
    {
        { "sidecar", true }, { "sidecar", false }, { "functions", true }, { "functions", false },
        { "nginx", true },
        // The request is handed over to the functions.
        { "nginx", false },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Cancels_its_upstream(string way, bool stream)
    {
        var door = way switch
        {
            "sidecar" => deployment.Sidecar.Address,
            "functions" => deployment.Functions.Address,
            _ => deployment.Door.Address,
        };
        var times = new List<TimeSpan>();
        foreach (var (provider, index) in ProviderDialect.All.Select((provider, index) => (provider, index)))
        {
            // The client dialects take turns.
            var client = ClientDialect.All[index % ClientDialect.All.Count];
            var (bytes, _) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream);
            var text = Encoding.Latin1.GetString(bytes);
            var headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            var middle = provider.FinishMarkers.Select(marker => text.IndexOf(marker, StringComparison.Ordinal)).Where(at => at > headEnd).DefaultIfEmpty(bytes.Length - 1).Min();
            foreach (var place in new[] { 0, headEnd, middle })
            {
                foreach (var byReset in new[] { false, true })
                    times.Add(await TimeAsync(door, client, provider, stream, place, waitsForText: stream && place == middle, byReset));
            }
        }

        times.Sort();
        report.WriteLine($"{way}, {(stream ? "streamed" : "whole")}: {times.Count} times, median {Ms(times[times.Count / 2])}, p90 {Ms(times[times.Count * 9 / 10])}, longest {Ms(times[^1])}");
        Assert.InRange(times[times.Count / 2], TimeSpan.Zero, Promised);
        Assert.InRange(times[^1], TimeSpan.Zero, Latest);
    }

    private async Task<TimeSpan> TimeAsync(Uri door, ClientDialect client, ProviderDialect provider, bool stream, int place, bool waitsForText, bool byReset)
    {
        var passage = deployment.Proxy.Plan(FaultPlan.Of(new Stall(place)) with { Behavior = ShortAnswer });
        using var request = client.Ask($"{provider.Name}/{provider.Model}", $"Say {passage.Marker}", stream);
        request.Headers.Add("X-Request-Id", $"leaves-{passage.Marker}");
        using var asking = await RawClient.SendAsync(door, request);
        var exchange = await passage.First;
        await exchange.Stalled.WaitAsync(Eventually.Deadline);
        if (waitsForText)
            await asking.ReadUntilAsync("\r\n\r\n");

        var leftAt = asking.Leave(byReset);

        var closedAt = await exchange.Left.WaitAsync(Eventually.Deadline);
        await Eventually.HoldsAsync(
            () => deployment.Lines.Any(line => line.Contains($"settled leaves-{passage.Marker} ", StringComparison.Ordinal) && line.Contains(" ClientLeft ", StringComparison.Ordinal)),
            () => $"{client.Name} from {provider.Name} at {place} was not settled as left");
        return Stopwatch.GetElapsedTime(leftAt, closedAt);
    }

    private static string Ms(TimeSpan time) => $"{time.TotalMilliseconds:F1} ms";
}
