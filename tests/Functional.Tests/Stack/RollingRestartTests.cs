using System.Collections.Concurrent;
using System.Diagnostics;
using Dragoman.Functional.Tests.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>Sidecars are restarted behind nginx while clients send requests.</summary>
[Trait("Category", "Streaming")]
public sealed class RollingRestartTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const string HalfASecondLong = "emulator/emulate-tokens-20-tps-40";
    private const string AtOnce = "emulator/emulate-tokens-5";

    private readonly ScratchDirectory directory = new();
    private DragomanProcess emulator = null!;

    public async Task InitializeAsync() => emulator = await DragomanProcess.StartAsync("emulator", directory.Path);

    public async Task DisposeAsync() => await emulator.DisposeAsync();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task With_another_sidecar_no_request_is_lost()
    {
        var ports = new[] { FreePort.Find(), FreePort.Find() };
        var sidecars = new[] { await StartSidecarAsync(ports[0]), await StartSidecarAsync(ports[1]) };
        await using var door = await NginxFrontDoor.StartAsync($"127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}", null);
        using var load = new Load(door);

        for (var round = 0; round < 6; round++)
        {
            var index = round % 2;
            await Task.Delay(TimeSpan.FromSeconds(1));
            var began = Stopwatch.GetTimestamp();
            Assert.Equal(0, await sidecars[index].TerminateAsync());
            output.WriteLine($"stopped in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
            await sidecars[index].DisposeAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            sidecars[index] = await StartSidecarAsync(ports[index]);
        }

        var answered = await load.EndAsync();
        foreach (var sidecar in sidecars)
            await sidecar.DisposeAsync();
        output.WriteLine($"{answered.Count} requests");
        Assert.True(answered.Count > 200, $"only {answered.Count} requests");
        AssertNone(answered.Where(answer => answer is not { Status: 200, IsWhole: true }), door);
    }

    [Fact]
    public async Task Alone_it_cuts_no_stream_and_says_when_to_come_again()
    {
        var port = FreePort.Find();
        var sidecar = await StartSidecarAsync(port);
        await using var door = await NginxFrontDoor.StartAsync($"127.0.0.1:{port}", null);
        using var load = new Load(door);

        for (var round = 0; round < 3; round++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            Assert.Equal(0, await sidecar.TerminateAsync());
            await sidecar.DisposeAsync();
            sidecar = await StartSidecarAsync(port);
        }

        var answered = await load.EndAsync();
        await sidecar.DisposeAsync();
        output.WriteLine(string.Join(", ", answered.GroupBy(answer => answer.Status).Select(group => $"{group.Count()} x {group.Key}")));
        Assert.Contains(answered, answer => answer.Status == 503);
        AssertNone(answered.Where(answer => answer is not ({ Status: 200, IsWhole: true } or { Status: 502 or 503, SaysWhen: true })), door);
    }

    private static void AssertNone(IEnumerable<Answered> bad, NginxFrontDoor door)
    {
        var lines = bad.Select(answer => $"{answer.What}: {answer.Status} {answer.Text[^Math.Min(answer.Text.Length, 500)..]}").ToList();
        Assert.True(lines.Count == 0, $"{string.Join('\n', lines)}\n{string.Join('\n', door.ErrorLog.Split('\n').Where(line => line.Contains("[error]", StringComparison.Ordinal)))}");
    }

    private Task<DragomanProcess> StartSidecarAsync(int port) =>
        DragomanProcess.StartAsync("sidecar", directory.Path, new Dictionary<string, string?>
        {
            ["DRAGOMAN_EMULATOR_URL"] = new Uri(emulator.Address, "v1").AbsoluteUri,
            ["DRAGOMAN_SIDECAR_PORT"] = $"{port}",
        });

    /// <summary>The result of a request.</summary>
    /// <param name="What">The request's dialect and form.</param>
    /// <param name="Status">The status. 0 when the connection broke.</param>
    /// <param name="IsWhole">Whether a successful answer is complete.</param>
    /// <param name="SaysWhen">Whether an error has Retry-After.</param>
    /// <param name="Text">The received text, which helps to find the cause of a failure.</param>
    private sealed record Answered(string What, int Status, bool IsWhole, bool SaysWhen, string Text);

    /// <summary>Clients of every dialect that send the next request as soon as the previous one was answered.</summary>
    private sealed class Load : IDisposable
    {
        private const int ClientsOfEachKind = 2;

        private readonly ConcurrentQueue<Answered> answered = new();
        private readonly CancellationTokenSource end = new();
        private readonly HttpClient client;
        private readonly Task running;

        public Load(NginxFrontDoor door)
        {
            this.client = PlainHttpClient.For(door.Address);
            this.running = Task.WhenAll(
                from kind in Enumerable.Range(0, ClientsOfEachKind)
                from dialect in Dialect.All
                from stream in new[] { true, false }
                select Task.Run(() => AskAsync(dialect, stream, padding: kind * 600_000)));
        }

        public async Task<IReadOnlyCollection<Answered>> EndAsync()
        {
            await end.CancelAsync();
            await this.running;
            return answered;
        }

        public void Dispose()
        {
            this.client.Dispose();
            end.Dispose();
        }

        private async Task AskAsync(Dialect dialect, bool stream, int padding)
        {
            while (!end.IsCancellationRequested)
            {
                answered.Enqueue(await AskOnceAsync(dialect, stream, padding));
                if (!stream)
                    await Task.Delay(20);
            }
        }

        private async Task<Answered> AskOnceAsync(Dialect dialect, bool stream, int padding)
        {
            var what = $"{dialect} {(stream ? "stream" : "body")}";
            try
            {
                using var answer = await this.client.SendAsync(dialect.Request(stream ? HalfASecondLong : AtOnce, stream, padding));
                var text = await answer.Content.ReadAsStringAsync();
                var isWhole = stream ? text.Contains(dialect.GoodEnd, StringComparison.Ordinal) : text.EndsWith('}');
                return new Answered(what, (int)answer.StatusCode, isWhole, answer.Headers.RetryAfter is not null, text);
            }
            catch (HttpRequestException broken)
            {
                return new Answered(what, 0, false, false, broken.ToString());
            }
        }
    }
}
