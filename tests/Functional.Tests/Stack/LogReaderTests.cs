using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>Whatever the reader of the log does, a process loses nothing but log lines.</summary>
public sealed partial class LogReaderTests : IAsyncLifetime, IDisposable
{
    private const int AtOnce = 16;

    /// <summary>Nobody reads from the pipe, but the process itself keeps a reader open.</summary>
    private const string Stalled = "mkfifo log && exec 3<>log && exec \"$0\" >log";

    private readonly ScratchDirectory directory = new();
    private RecordingUpstream provider = null!;

    public async Task InitializeAsync() => provider = await RecordingUpstream.StartAsync("provider", async http =>
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("""{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}""");
    });

    public async Task DisposeAsync() => await provider.DisposeAsync();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_log_that_nobody_reads_costs_no_request_no_probe_and_no_end()
    {
        await using var sidecar = await StartAsync(Stalled);

        // Four times as much as the pipe and the log can hold together.
        await AskAsync(sidecar, 20_000);

        Assert.Equal(HttpStatusCode.OK, await HealthAsync(sidecar));
        Assert.Equal(0, await sidecar.Process.TerminateAsync());
    }

    [Fact]
    public async Task When_the_reader_is_back_one_line_tells_how_many_are_missing()
    {
        const int requests = 9000;
        await using var sidecar = await StartAsync(Stalled);
        await AskAsync(sidecar, requests);

        // The process keeps the pipe open, so the test never reads an end of the log.
        using var log = new StreamReader(new FileStream(directory.File("log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var settled = 0;
        var missing = 0;
        while (missing == 0)
        {
            var line = await log.ReadLineAsync().WaitAsync(Eventually.Deadline) ?? throw new InvalidOperationException("the log has ended");
            settled += line.Contains(" settled ", StringComparison.Ordinal) ? 1 : 0;
            if (Dropped().Match(line) is { Success: true } told)
                missing = int.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture);
        }

        Assert.Equal(requests, settled + missing);
        await AskAsync(sidecar, 1);
        Assert.Contains(" settled ", await log.ReadLineAsync().WaitAsync(Eventually.Deadline), StringComparison.Ordinal);
        Assert.Equal(0, await sidecar.Process.TerminateAsync());
    }

    [Theory]
    [InlineData("exec \"$0\" >/dev/full")]
    [InlineData("mkfifo log; : <log & exec \"$0\" >log")]
    public async Task A_full_disk_and_a_reader_that_has_gone_harm_nothing(string command)
    {
        await using var sidecar = await StartAsync(command);

        await AskAsync(sidecar, 200);

        Assert.Equal(HttpStatusCode.OK, await HealthAsync(sidecar));
        Assert.Equal(0, await sidecar.Process.TerminateAsync());
    }

    [Fact]
    public async Task What_clients_choose_reaches_the_log_as_printable_ascii_cut_and_at_a_rate()
    {
        const int refusals = 500;
        await using var sidecar = await DragomanProcess.StartAsync("sidecar", directory.Path);
        const string head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n";
        var foreign = $"{head}Origin: http://e\u001b]0;x\u0007\u00c2\u009b31m{new string('o', 4000)}\r\n\r\n{{}}";
        var name = $$"""{"model":"emulator/\u202e\u2028\u001b\ud800{{new string('m', 400)}}","messages":[{"role":"user","content":"hi"}]}""";
        var odd = $"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {name.Length}\r\n\r\n{name}";

        var answers = await RawHttp.ExchangeAsync(sidecar.Address.Port, string.Concat(Enumerable.Repeat(foreign, refusals)) + odd);

        Assert.Equal(refusals, answers.Count(answer => answer.Status == 403));
        Assert.Equal(0, await sidecar.TerminateAsync());
        Assert.All(sidecar.Lines, line => Assert.True(line.All(letter => letter is >= ' ' and <= '~') && line.Length < 1500, line));
        var told = sidecar.Lines.Where(line => line.Contains(" refused ", StringComparison.Ordinal)).ToList();
        Assert.Contains(@"origin=[http://e\u001b]0;x\u0007\u009b31mooo", told[0], StringComparison.Ordinal);
        var leftOut = sidecar.Lines.Select(line => LeftOut().Match(line)).Where(line => line.Success).Sum(line => int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal(refusals, told.Count + leftOut);
        Assert.True(leftOut > 0);
    }

    /// <summary>Starts a sidecar with its standard output redirected by the command. The test cannot read its port there, so it chooses one.</summary>
    private async Task<Sidecar> StartAsync(string command)
    {
        await File.WriteAllTextAsync(directory.File("gateway.json"), $$"""
            { "providers": { "provider": { "dialect": "mistral", "baseUrl": "http://{{provider.Authority}}/v1", "apiKey": "any", "httpVersion": "1.1" } } }
            """);
        var port = FreePort.Find();
        var process = RunningProcess.Start(
            "/bin/sh",
            ["-c", command, Repository.Executable("sidecar")],
            new Dictionary<string, string?> { ["DRAGOMAN_SIDECAR_PORT"] = port.ToString(CultureInfo.InvariantCulture), ["DRAGOMAN_DATA"] = directory.File("data") },
            directory.Path);
        var sidecar = new Sidecar(process, PlainHttpClient.For(new Uri($"http://127.0.0.1:{port}")));
        await Eventually.HoldsAsync(() => process.HasExited ? throw new InvalidOperationException(process.Log) : FreePort.AnswersAsync(port), () => "it does not listen");
        return sidecar;
    }

    private static Task AskAsync(Sidecar sidecar, int requests)
    {
        var left = requests;
        return Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, requests)).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var answer = await sidecar.Client.SendAsync(Requests.OpenAIChat(stream: false, "provider/m")).WaitAsync(Eventually.Deadline);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }));
    }

    private static async Task<HttpStatusCode> HealthAsync(Sidecar sidecar)
    {
        using var answer = await sidecar.Client.GetAsync(new Uri("/health", UriKind.Relative)).WaitAsync(Eventually.Deadline);
        return answer.StatusCode;
    }

    [GeneratedRegex(@" Dragoman\.Log\[1\] (\d+) lines of the log were dropped")]
    private static partial Regex Dropped();

    [GeneratedRegex(@"Gateway\[11\] (\d+) more lines of this kind were left out")]
    private static partial Regex LeftOut();

    private sealed record Sidecar(RunningProcess Process, HttpClient Client) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Process.DisposeAsync();
        }
    }
}
