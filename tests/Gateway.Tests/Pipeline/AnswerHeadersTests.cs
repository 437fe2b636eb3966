using System.Diagnostics.Metrics;
using System.Net.Http.Json;

namespace Dragoman.Gateway.Tests.Pipeline;

public class AnswerHeadersTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(429)]
    public async Task What_the_provider_says_of_its_limits_reaches_OpenAIs_clients_in_their_words(int status)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http =>
        {
            http.Response.Headers["mistral-correlation-id"] = "corr-1";
            http.Response.Headers["x-ratelimit-limit-req-minute"] = "60";
            http.Response.Headers["x-ratelimit-remaining-req-minute"] = "59";
            http.Response.Headers["retry-after"] = "2";
            return ScriptedUpstream.WriteAsync(http, status, "application/json", status == 200 ? ScriptedUpstream.WholeAnswer : """{"message":"Requests rate limit exceeded"}""");
        };
        using var answer = await gateway.Client.PostAsJsonAsync("/v1/chat/completions", new { model = "m", messages = new[] { new { role = "user", content = "hi" } } });
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(["corr-1"], answer.Headers.GetValues("x-upstream-request-id"));
        Assert.Equal(["60"], answer.Headers.GetValues("x-ratelimit-limit-requests"));
        Assert.Equal(["59"], answer.Headers.GetValues("x-ratelimit-remaining-requests"));
        Assert.Equal(status == 429, answer.Headers.Contains("retry-after"));
    }

    [Fact]
    public async Task Losses_are_counted_by_what_became_of_them()
    {
        var counted = new List<(long, string)>();
        (long, string)[] wanted = [(2, "ollama.chat,one,dropped"), (1, "ollama.chat,one,clamped")];
        var isCounted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "dragoman.losses")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var text = string.Join(",", tags.ToArray().Select(tag => tag.Value));
            // Other tests count at the same time.
            lock (counted)
            {
                counted.Add((count, text));
                if (wanted.All(counted.Contains))
                    isCounted.TrySetResult();
            }
        });
        listener.Start();
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        using var answer = await gateway.Client.PostAsJsonAsync("/api/chat", new { model = "m", stream = false, messages = new[] { new { role = "user", content = "hi" } }, options = new { top_k = 7, min_p = 0.1, temperature = 1.9 } });
        Assert.Equal(["top_k=dropped, min_p=dropped, temperature=clamped"], answer.Headers.GetValues("X-Dragoman-Losses").Select(Sorted));
        // The settlement follows the answer.
        await isCounted.Task.WaitAsync(TimeSpan.FromSeconds(30));

        static string Sorted(string header) => string.Join(", ", header.Split(", ").OrderBy(loss => loss.EndsWith("clamped", StringComparison.Ordinal) ? 1 : 0));
    }
}
