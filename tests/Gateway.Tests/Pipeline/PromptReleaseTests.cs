using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAIResponses.Inbound;
using Dragoman.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>While a streamed answer runs, nothing keeps the prompt in memory: neither the client's bytes nor the turns that were read from them.</summary>
public sealed class PromptReleaseTests
{
    private const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get weather\",\"parameters\":{\"type\":\"object\"}}}]";

    private const string Loop =
        """
        "messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"get weather","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"TEXT"}]
        """;

    /// <summary>
    /// A client, a provider and a request: passed through, translated, with a stop sequence, with renamed tools and remembered
    /// reasoning, and to LM Studio.
    /// </summary>
    public static TheoryData<string, string, string, string> Requests => new()
    {
        { "chat", "openai", """{"server":"generic"}""", """ "messages":[{"role":"user","content":"TEXT"}] """ },
        { "chat", "openai", """{"server":"lmstudio"}""", """ "messages":[{"role":"user","content":"TEXT"}] """ },
        { "responses", "openai", """{"server":"generic","responses":true}""", """ "input":"TEXT" """ },
        { "messages", "anthropic", "{}", """ "max_tokens":9,"messages":[{"role":"user","content":"TEXT"}] """ },
        { "ollama", "mistral", "{}", """ "messages":[{"role":"user","content":"TEXT"}],"options":{"stop":["end"]} """ },
        { "ollama", "openai", """{"server":"generic"}""", """ "messages":[{"role":"user","content":"TEXT"}] """ },
        { "chat", "anthropic", "{}", $"{Loop},{Tools}" },
        { "chat", "gemini", "{}", $"{Loop},{Tools}" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Nothing_holds_the_prompt_of_a_stream_that_goes_on(string client, string provider, string options, string members)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, BeginningOf(client, provider));
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        var configuration = ConfigurationReader.Read(
            $$"""{ "providers": { "one": { "dialect": "{{provider}}", "baseUrl": "{{upstream.BaseUrl}}", "apiKey": "k", "options": {{options}} } }, "models": { "m": { "provider": "one", "model": "up" } }, "access": { "downloads": "any" } }""",
            "test",
            new Dictionary<string, string>());
        using var runtime = new GatewayRuntime(new GatewaySnapshot(configuration, TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance, handsOver: false);
        using var left = new CancellationTokenSource();
        var (dialect, answer) = (new WatchedDialect(DialectOf(client)), new WatchedBody());
        var running = RunAsync(runtime, dialect, answer, members.Replace("TEXT", new string('x', 200_000), StringComparison.Ordinal), left.Token);
        await Task.WhenAny(answer.Written, running);
        Assert.False(running.IsCompleted, running.Exception?.ToString());

        Assert.True(SpinWait.SpinUntil(() => IsGarbage(dialect.Turns!) && IsGarbage(dialect.Bytes!), TimeSpan.FromSeconds(10)), $"turns: {dialect.Turns!.IsAlive}, bytes: {dialect.Bytes!.IsAlive}");
        Assert.False(running.IsCompleted);
        await left.CancelAsync();
        await running;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task RunAsync(GatewayRuntime runtime, WatchedDialect dialect, WatchedBody answer, string members, CancellationToken left)
    {
        var http = new DefaultHttpContext { RequestAborted = left };
        var body = Encoding.UTF8.GetBytes($$"""{"model":"m","stream":true,{{members}}}""");
        http.Request.Body = new MemoryStream(body);
        http.Request.ContentLength = body.Length;
        http.Response.Body = answer;
        var exchange = new Exchange(http, runtime, dialect.Errors, "r") { Caller = new Caller { Team = "team" } };
        dialect.Exchange = exchange;
        return Generation.RunAsync(exchange, dialect);
    }

    private static bool IsGarbage(WeakReference held)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return !held.IsAlive;
    }

    private static string BeginningOf(string client, string provider) => provider switch
    {
        "anthropic" => """{"type":"message_start","message":{"id":"x","model":"up","usage":{"input_tokens":1}}}""" + "\n\nevent: content_block_start\ndata: " + """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""" + "\n\nevent: content_block_delta\ndata: " + """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}""",
        "gemini" => """{"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"Hi"}]}}]}""",
        _ when client == "responses" => """{"type":"response.output_text.delta","item_id":"i","output_index":0,"content_index":0,"delta":"Hi"}""",
        _ => ScriptedUpstream.Delta("Hi"),
    };

    private static IInboundDialect DialectOf(string client) => client switch
    {
        "chat" => new OpenAIChat(),
        "responses" => new OpenAIResponses(),
        "messages" => new AnthropicMessages(),
        _ => new OllamaChat(),
    };

    /// <summary>Keeps weak references to what it has read.</summary>
    private sealed class WatchedDialect(IInboundDialect dialect) : IInboundDialect
    {
        public Exchange? Exchange { get; set; }

        public WeakReference? Turns { get; private set; }

        public WeakReference? Bytes { get; private set; }

        public string Name => dialect.Name;

        public string StreamContentType => dialect.StreamContentType;

        public IErrorShape Errors => dialect.Errors;

        public ChatRequest Read(JsonElement body, RequestContext context)
        {
            var request = dialect.Read(body, context);
            Turns = new WeakReference(request.Turns);
            Assert.True(MemoryMarshal.TryGetArray(Exchange!.Body, out var bytes));
            Bytes = new WeakReference(bytes.Array);
            return request;
        }

        public GatewayError? FindMissingCapability(ChatRequest request, ModelCapabilities capabilities) => null;

        public bool TryAnswerLocally(AnswerContext context, IBufferWriter<byte> output) => false;

        public IAnswerEvents OpenStream(AnswerContext context, IBufferWriter<byte> output) => dialect.OpenStream(context, output);

        public IPassThrough? OpenPassThrough(AnswerContext context, IBufferWriter<byte> output) => dialect.OpenPassThrough(context, output);

        public void WriteAnswer(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output) => dialect.WriteAnswer(context, answer, output);
    }

    /// <summary>A response's body that reports when its first bytes have arrived.</summary>
    private sealed class WatchedBody : Stream
    {
        private readonly TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Written => written.Task;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => written.TrySetResult();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            written.TrySetResult();
            return default;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
