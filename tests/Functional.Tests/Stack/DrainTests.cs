using System.Diagnostics;
using System.Net;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>The behavior of a process between SIGTERM and its end.</summary>
[Trait("Category", "Streaming")]
public sealed class DrainTests : IAsyncLifetime, IDisposable
{
    private const string Held = "held/any";
    private const string Endless = "emulator/emulate-tokens-1000000-tps-20";

    private readonly ScratchDirectory directory = new();
    private DragomanProcess emulator = null!;

    public static TheoryData<string> Dialects => [.. Dialect.All.Select(dialect => dialect.Name)];

    public static TheoryData<string> Hosts => ["sidecar", "functions"];

    public async Task InitializeAsync() => emulator = await DragomanProcess.StartAsync("emulator", directory.Path);

    public async Task DisposeAsync() => await emulator.DisposeAsync();

    public void Dispose() => directory.Dispose();

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task What_runs_is_finished_and_what_comes_is_refused(string host)
    {
        var release = new TaskCompletionSource();
        await using var provider = await RecordingUpstream.StartAsync("provider", context => AnswerInTwoPartsAsync(context, release.Task));
        await using var process = await StartAsync(host, provider: provider);
        var streams = new List<Stream>();
        foreach (var dialect in Dialect.All)
            streams.Add(await OpenAsync(process, dialect.Request(Held, stream: true)));
        var whole = process.Client.SendAsync(Requests.OpenAIChat(stream: false, Held));
        await Eventually.HoldsAsync(() => provider.Requests.Count == Dialect.All.Count + 1, () => "the provider was not asked");

        process.AskToStop();
        await Eventually.HoldsAsync(async () => await StatusAsync(process, "/ready") == HttpStatusCode.ServiceUnavailable, () => "it stays ready");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(process, "/health"));
        foreach (var dialect in Dialect.All)
        {
            // The body is larger than any socket's buffer: the error must not be lost in a reset.
            using var refusal = await process.Client.SendAsync(dialect.Request(Held, stream: true, padding: 8_000_000));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), refusal.Headers.RetryAfter?.Delta);
            Assert.True(refusal.Headers.ConnectionClose);
            Assert.Contains("restarting", dialect.ErrorMessage(await refusal.JsonAsync()), StringComparison.Ordinal);
        }

        release.SetResult();
        for (var index = 0; index < streams.Count; index++)
            Assert.Contains(Dialect.All[index].GoodEnd, await ReadToEndAsync(streams[index]), StringComparison.Ordinal);
        using var answer = await whole;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("stop", (await answer.JsonAsync()).GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(0, await process.ExitAsync());
        Assert.Equal(Dialect.All.Count + 1, Settled(process, "Completed"));
    }

    [Theory]
    [InlineData("sidecar", true)]
    [InlineData("functions", false)]
    public async Task Where_nginx_has_another_sidecar_one_closes_its_port_first_and_answers_what_is_connected(string host, bool closes)
    {
        var release = new TaskCompletionSource();
        await using var provider = await RecordingUpstream.StartAsync("provider", context => AnswerInTwoPartsAsync(context, release.Task));
        await using var process = await StartAsync(host, provider: provider);
        var dialect = Dialect.All[0];
        var stream = await OpenAsync(process, WithSiblings(dialect.Request(Held, stream: true)));
        // Leaves an open connection behind, which is kept alive.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(process, "/ready"));

        process.AskToStop();
        if (closes)
            await Eventually.HoldsAsync(async () => !await FreePort.AnswersAsync(process.Address.Port), () => "its port stays open");
        else
            await Eventually.HoldsAsync(async () => await StatusAsync(process, "/ready") == HttpStatusCode.ServiceUnavailable, () => "it stays ready");

        var refusal = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await process.Client.SendAsync(WithSiblings(dialect.Request("nobody/nothing", stream: false)));
                refusal = dialect.ErrorMessage(await answer.JsonAsync());
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            () => $"it takes requests: {refusal}");
        Assert.Contains("restarting", refusal, StringComparison.Ordinal);
        release.SetResult();
        Assert.Contains(dialect.GoodEnd, await ReadToEndAsync(stream), StringComparison.Ordinal);
        Assert.Equal(0, await process.ExitAsync());

        static HttpRequestMessage WithSiblings(HttpRequestMessage request)
        {
            // nginx sends this header with a body that it does not keep.
            request.Headers.Add("X-Dragoman-Next-Sidecar", "unavailable");
            return request;
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task After_its_time_a_stream_ends_with_an_error_of_its_dialect(string name)
    {
        var dialect = Dialect.Of(name);
        await using var process = await StartAsync("sidecar", drainSeconds: "0.5");
        var stream = await OpenAsync(process, dialect.Request(Endless, stream: true));
        var whole = process.Client.SendAsync(dialect.Request(Endless, stream: false));
        await Eventually.HoldsAsync(async () => (await RunningAtTheProviderAsync()) == 2, () => "the provider was not asked");

        process.AskToStop();

        var text = await ReadToEndAsync(stream);
        Assert.True(dialect.EndsWithError(text), text);
        Assert.Contains("restarting", text, StringComparison.Ordinal);
        using var refusal = await whole;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.StatusCode);
        Assert.NotNull(refusal.Headers.RetryAfter);
        Assert.Equal(0, await process.ExitAsync());
        Assert.Equal(2, Settled(process, "Failed"));
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        await using var process = await StartAsync("sidecar", drainSeconds: "600");
        var dialect = Dialect.Of("openai");
        var stream = await OpenAsync(process, dialect.Request(Endless, stream: true));
        process.AskToStop();
        await Eventually.HoldsAsync(async () => await StatusAsync(process, "/ready") == HttpStatusCode.ServiceUnavailable, () => "it stays ready");

        process.AskToStop();

        Assert.True(dialect.EndsWithError(await ReadToEndAsync(stream)));
        Assert.Equal(0, await process.ExitAsync());
        Assert.Equal(1, Settled(process, "Failed"));
    }

    [Fact]
    public async Task A_client_that_does_not_read_does_not_hold_it()
    {
        await using var process = await StartAsync("sidecar", drainSeconds: "0.5");
        _ = await OpenAsync(process, Dialect.Of("openai").Request("emulator/emulate-tokens-1000000", stream: true));
        await Task.Delay(200);

        process.AskToStop();

        Assert.Equal(0, await process.ExitAsync());
        Assert.Contains("settled", process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_WebSocket_finishes_its_request_and_is_told_to_go()
    {
        var release = new TaskCompletionSource();
        await using var provider = await RecordingUpstream.StartAsync("provider", context => AnswerInTwoPartsAsync(context, release.Task));
        await using var process = await StartAsync("sidecar", provider: provider);
        using var idle = await SocketClient.ConnectAsync(process.Address, "/api/chat");
        using var busy = await SocketClient.ConnectAsync(process.Address, "/v1/chat/completions");
        await busy.SendAsync(SocketDialect.OpenAI.Ask(Held, "hi"));
        Assert.Contains("one", await ReceiveAsync(busy), StringComparison.Ordinal);

        process.AskToStop();

        Assert.Equal("1001 the gateway is being stopped", await ReceiveAsync(idle));
        await idle.CloseAsync();
        release.SetResult();
        Assert.Contains(" two", await ReceiveAsync(busy), StringComparison.Ordinal);
        string last;
        while (!(last = await ReceiveAsync(busy)).StartsWith("1001", StringComparison.Ordinal))
            Assert.DoesNotContain("error", last, StringComparison.Ordinal);
        await busy.CloseAsync();
        Assert.Equal(0, await process.ExitAsync());
        Assert.Equal(1, Settled(process, "Completed"));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task With_nothing_to_finish_it_ends_soon(string host)
    {
        await using var process = await StartAsync(host);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(process, "/ready"));
        var began = Stopwatch.GetTimestamp();

        Assert.Equal(0, await process.TerminateAsync());

        // The test's own kept-alive connection is still open. The process ends long before the time that streams would get.
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 5);
    }

    private Task<DragomanProcess> StartAsync(string host, string drainSeconds = "20", RecordingUpstream? provider = null) =>
        DragomanProcess.StartAsync(host, directory.Path, new Dictionary<string, string?>
        {
            ["DRAGOMAN_EMULATOR_URL"] = new Uri(emulator.Address, "v1").AbsoluteUri,
            ["DRAGOMAN__providers__held__dialect"] = provider is null ? null : "openai",
            ["DRAGOMAN__providers__held__baseUrl"] = provider is null ? null : $"http://{provider.Authority}/v1",
            ["DRAGOMAN__limits__drainSeconds"] = drainSeconds,
        });

    /// <summary>Answers as OpenAI does. Sends the end of the answer when <paramref name="release"/> completes.</summary>
    private static async Task AnswerInTwoPartsAsync(HttpContext context, Task release)
    {
        var request = (RecordedRequest)context.Items[typeof(RecordedRequest)]!;
        var stream = request.BodyText.Contains("\"stream\":true", StringComparison.Ordinal);
        context.Response.ContentType = stream ? "text/event-stream" : "application/json";
        if (stream)
        {
            await context.Response.WriteAsync("""data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"one"},"finish_reason":null}]}""" + "\n\n");
            await context.Response.Body.FlushAsync();
        }

        await release;
        await context.Response.WriteAsync(stream
            ? """data: {"id":"c","choices":[{"index":0,"delta":{"content":" two"},"finish_reason":"stop"}]}""" + "\n\ndata: [DONE]\n\n"
            : """{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"one two"},"finish_reason":"stop"}]}""");
    }

    /// <summary>Sends a request and waits for the first bytes of its stream.</summary>
    private static async Task<Stream> OpenAsync(DragomanProcess process, HttpRequestMessage request)
    {
        var answer = await process.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStreamAsync();
    }

    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(Eventually.Deadline);
    }

    /// <summary>The next message, or the close frame's status and reason.</summary>
    private static async Task<string> ReceiveAsync(SocketClient client) => await client.ReceiveAsync() is { } message
        ? message.GetRawText()
        : $"{(int)client.Socket.CloseStatus!} {client.Socket.CloseStatusDescription}";

    private static async Task<HttpStatusCode> StatusAsync(DragomanProcess process, string path)
    {
        using var answer = await process.Client.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    private async Task<int> RunningAtTheProviderAsync()
    {
        var log = await (await emulator.Client.GetAsync(new Uri("/__emulator/requests", UriKind.Relative))).JsonAsync();
        return log.GetProperty("requests").EnumerateArray().Count(request => request.GetProperty("method").GetString() == "POST");
    }

    private static int Settled(DragomanProcess process, string outcome) =>
        process.Log.Split('\n').Count(line => line.Contains(" settled ", StringComparison.Ordinal) && line.Contains($" {outcome} ", StringComparison.Ordinal));
}
