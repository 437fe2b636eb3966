using System.Diagnostics;
using System.Net;
using System.Text;
using Dragoman.Functional.Tests.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>With any number of large requests at once, the process stays within its memory, and no small request is rejected.</summary>
[Trait("Category", "Streaming")]
public sealed class MemoryStormTests(ITestOutputHelper report)
{
    private const int Mebibyte = 1024 * 1024;
    private const int LargeBody = 30_000_000;

    /// <summary>The most resident memory of a sidecar with the default configuration, in bytes.</summary>
    private const long MostMemory = 600L * Mebibyte;

    /// <summary>The most resident memory some time after the storm, in bytes.</summary>
    private const long MostLeft = 250L * Mebibyte;

    private static readonly TimeSpan AWhile = TimeSpan.FromMinutes(1);

    /// <summary>A busy machine needs a while for two gigabytes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <summary>In milliseconds. A shorter wait measures only the machine.</summary>
    private const double Noise = 20;

    [Fact]
    public async Task Sixty_four_bodies_and_two_hundred_unfinished_messages_stay_within_bounds()
    {
        const int bodies = 64, messages = 200;
        await using var deployment = await Deployment.StartAsync(report);
        var requests = LargeRequest.Kinds.Zip(["m", "a", "o", "m", "a", "o"], (kind, provider) => LargeRequest.Of(kind, provider, LargeBody)).ToList();
        await deployment.MediansAsync(Task.Delay(TimeSpan.FromSeconds(2)));
        using var straight = PlainHttpClient.For(deployment.Upstream.Address);
        straight.Timeout = Longest;
        var calm = await deployment.MediansAsync(Task.WhenAll(Enumerable.Range(0, bodies).Select(index => SendAsync(straight, requests[index % requests.Count] with { Path = "/v1/chat/completions" }))));
        ProcessUse.ForgetPeak(deployment.Sidecar.Id);

        using var client = PlainHttpClient.For(deployment.Sidecar.Address);
        client.Timeout = Longest;
        var sockets = await Task.WhenAll(Enumerable.Range(0, messages).Select(_ => RawSocketClient.ConnectAsync(deployment.Sidecar.Address.Port, "/v1/chat/completions", Longest)));
        var unfinished = Task.WhenAll(sockets.Select(socket => SendUnfinishedAsync(socket, 31 * Mebibyte)));
        var storm = Task.WhenAll(Enumerable.Range(0, bodies).Select(index => SendAsync(client, requests[index % requests.Count])));
        var stormy = await deployment.MediansAsync(storm);
        await unfinished;

        var answers = await storm;
        report.WriteLine($"small requests: median {calm.Chat:F1} and {stormy.Chat:F1} ms, /health {calm.Health:F1} and {stormy.Health:F1} ms, at most {stormy.LongestHealth:F0} ms");
        report.WriteLine($"large requests: {string.Join(", ", answers.GroupBy(answer => answer.Status).Select(group => $"{group.Count()} x {(int)group.Key}"))}");
        deployment.AssertPeak();
        Assert.All(answers, answer => Assert.True(
            answer.Status == HttpStatusCode.OK || (answer is { Status: HttpStatusCode.ServiceUnavailable, RetryAfter: not null } && IsRefusal(answer.Body)), $"{answer.Status} {answer.Body}"));
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.InRange(stormy.Chat, 0, Math.Max(2 * calm.Chat, Noise));
        // The connections with half of a message get the reason and are closed.
        Assert.All(await Task.WhenAll(sockets.Select(CloseReasonAsync)), reason => Assert.Equal("the message came too slowly", reason));
        foreach (var socket in sockets)
            socket.Dispose();
        await deployment.AssertGivenBackAsync();
    }

    [Fact]
    public async Task A_process_that_may_have_little_refuses_instead_of_failing()
    {
        const int bodies = 16;
        await using var deployment = await Deployment.StartAsync(report, heapLimit: 200 * Mebibyte);
        Assert.Contains(deployment.Sidecar.Lines, line => line.Contains("the memory budget is 100 MiB", StringComparison.Ordinal));
        using var client = PlainHttpClient.For(deployment.Sidecar.Address);
        client.Timeout = Longest;

        foreach (var size in new[] { LargeBody, LargeBody / 4 })
        {
            var requests = LargeRequest.Kinds.Zip(["m", "a", "o", "m", "a", "o"], (kind, provider) => LargeRequest.Of(kind, provider, size)).ToList();
            var storm = Task.WhenAll(Enumerable.Range(0, bodies).Select(index => SendAsync(client, requests[index % requests.Count])));
            await deployment.MediansAsync(storm);
            var answers = await storm;
            report.WriteLine($"{size} bytes: {string.Join(", ", answers.GroupBy(answer => answer.Status).Select(group => $"{group.Count()} x {(int)group.Key}"))}");
            Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.OK || (answer.Status == HttpStatusCode.ServiceUnavailable && IsRefusal(answer.Body)), $"{answer.Status} {answer.Body}"));
            Assert.Equal(size < LargeBody, answers.Any(answer => answer.Status == HttpStatusCode.OK));
        }

        Assert.DoesNotContain("OutOfMemory", deployment.Sidecar.Log, StringComparison.Ordinal);
    }

    private static bool IsRefusal(string body) =>
        body.Contains("gateway_overloaded", StringComparison.Ordinal) || body.Contains("overloaded_error", StringComparison.Ordinal)
        || body.StartsWith("{\"error\":\"The gateway has too much in flight", StringComparison.Ordinal) || body.StartsWith("{\"error\":\"The request needs about", StringComparison.Ordinal);

    private static async Task<Answered> SendAsync(HttpClient client, LargeRequest large)
    {
        for (var tries = 1; ; tries++)
        {
            using var request = large.ToMessage();
            try
            {
                using var answer = await client.SendAsync(request);
                return new Answered(answer.StatusCode, answer.Headers.RetryAfter?.Delta, await answer.Content.ReadAsStringAsync());
            }
            catch (HttpRequestException error) when (tries < 20 && error.InnerException is IOException)
            {
                // The gateway answers before it has read all, and then reads for a second only. A slow client may not see the answer.
            }
        }
    }

    /// <summary>Announces a message and sends the first part of it.</summary>
    private static async Task SendUnfinishedAsync(RawSocketClient socket, int announced)
    {
        await socket.BeginAsync(announced);
        var piece = new byte[64 * 1024];
        Array.Fill(piece, (byte)'x');
        await socket.SendRawAsync(Encoding.ASCII.GetBytes("{\"model\":\"o/m\",\"messages\":\""));
        try
        {
            // A tenth of what was announced, so that the test need not write 6 GB.
            for (var sent = 0; sent < announced / 10; sent += piece.Length)
                await socket.SendRawAsync(piece);
        }
        catch (IOException)
        {
            // The connection is already closed.
        }
    }

    private static async Task<string> CloseReasonAsync(RawSocketClient socket)
    {
        while (true)
        {
            var (opcode, payload) = await socket.ReadFrameAsync();
            if (opcode == 8)
                return Encoding.UTF8.GetString(payload.AsSpan(2));
        }
    }

    private sealed record Answered(HttpStatusCode Status, TimeSpan? RetryAfter, string Body);

    /// <param name="Chat">The median wait for a small request, in milliseconds.</param>
    /// <param name="Health">The median wait for <c>/health</c>, in milliseconds.</param>
    /// <param name="LongestHealth">The longest wait for <c>/health</c>, in milliseconds.</param>
    private sealed record Waits(double Chat, double Health, double LongestHealth);

    private sealed class Deployment(SwallowingUpstream upstream, DragomanProcess sidecar, ScratchDirectory directory, ITestOutputHelper report) : IAsyncDisposable
    {
        public SwallowingUpstream Upstream => upstream;

        public DragomanProcess Sidecar => sidecar;

        /// <param name="report">Receives the figures.</param>
        /// <param name="heapLimit">The sidecar's heap limit in bytes.</param>
        public static async Task<Deployment> StartAsync(ITestOutputHelper report, int? heapLimit = null)
        {
            var directory = new ScratchDirectory();
            var upstream = await SwallowingUpstream.StartAsync();
            await File.WriteAllTextAsync(directory.File("gateway.json"), $$$"""
                { "providers": {
                    "m": { "dialect": "mistral", "baseUrl": "{{{upstream.Address}}}v1", "apiKey": "any" },
                    "o": { "dialect": "openai", "baseUrl": "{{{upstream.Address}}}v1", "apiKey": "any", "options": { "server": "generic" } },
                    "a": { "dialect": "anthropic", "baseUrl": "{{{upstream.Address}}}v1", "apiKey": "any" } } }
                """);
            var sidecar = await DragomanProcess.StartAsync("sidecar", directory.Path, new Dictionary<string, string?>
            {
                ["DRAGOMAN_CONFIG"] = directory.File("gateway.json"),
                ["DOTNET_GCHeapHardLimit"] = heapLimit is { } limit ? $"0x{limit:X}" : null,
            });
            return new Deployment(upstream, sidecar, directory, report);
        }

        /// <summary>Sends small requests one after another until the task has ended. None of them may be rejected.</summary>
        public async Task<Waits> MediansAsync(Task until)
        {
            using var client = PlainHttpClient.For(sidecar.Address);
            List<double> chat = [], health = [];
            while (!until.IsCompleted)
            {
                chat.Add(await TimeAsync(Requests.OpenAIChat(stream: false, model: "m/m")));
                health.Add(await TimeAsync(new HttpRequestMessage(HttpMethod.Get, "/health")));
                await Task.Delay(5);
            }

            await until;
            report.WriteLine($"{chat.Count} small requests, at most {chat.Max():F0} ms");
            return new Waits(Median(chat), Median(health), health.Max());

            async Task<double> TimeAsync(HttpRequestMessage request)
            {
                using (request)
                {
                    var watch = Stopwatch.StartNew();
                    using var answer = await client.SendAsync(request);
                    var body = await answer.Content.ReadAsStringAsync();
                    Assert.True(answer.IsSuccessStatusCode, $"a small request got {(int)answer.StatusCode}: {body}");
                    return watch.Elapsed.TotalMilliseconds;
                }
            }
        }

        public void AssertPeak()
        {
            var peak = ProcessUse.PeakMemory(sidecar.Id);
            report.WriteLine($"peak memory {peak / Mebibyte} MiB");
            Assert.InRange(peak, 0, MostMemory);
        }

        public async Task AssertGivenBackAsync()
        {
            await Eventually.HoldsAsync(() => ProcessUse.Memory(sidecar.Id) < MostLeft, () => $"{ProcessUse.Memory(sidecar.Id) / Mebibyte} MiB are left", AWhile);
            report.WriteLine($"left {ProcessUse.Memory(sidecar.Id) / Mebibyte} MiB");
        }

        public async ValueTask DisposeAsync()
        {
            await sidecar.DisposeAsync();
            await upstream.DisposeAsync();
            directory.Dispose();
        }

        private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
