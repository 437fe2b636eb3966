using System.Buffers;
using System.Text.Json;
using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAICompletions;
using Dragoman.Dialects.OpenAIResponses.Inbound;
using Dragoman.Dialects.Requests;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Embeddings;
using Dragoman.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Growth;

/// <summary>Translates a request's body for each kind of provider, and a provider's answer for each kind of client, without sockets.</summary>
internal sealed class GrowthGateway : IDisposable
{
    public static readonly IReadOnlyDictionary<string, IInboundDialect> Clients = new Dictionary<string, IInboundDialect>
    {
        ["chat"] = new OpenAIChat(),
        ["completions"] = new OpenAICompletions(),
        ["responses"] = new OpenAIResponses(),
        ["messages"] = new AnthropicMessages(),
        ["ollama"] = new OllamaChat(),
        ["generate"] = new OllamaGenerate(),
    };

    /// <summary>A model of each kind of provider. OpenAI's first model uses chat completions, its second Responses.</summary>
    public static readonly IReadOnlyDictionary<string, Target> Providers = new Dictionary<string, Target>
    {
        ["openai"] = new("openai", "gpt-4o"),
        ["responses"] = new("openai", "gpt-5.2-codex"),
        ["compatible"] = new("compatible", "any"),
        ["lmstudio"] = new("lmstudio", "any"),
        ["mistral"] = new("mistral", "mistral-small-latest"),
        ["anthropic"] = new("anthropic", "claude-sonnet-4-5"),
        ["gemini"] = new("gemini", "gemini-3-pro"),
    };

    /// <summary>Any link may be forwarded, so that no host name is looked up.</summary>
    private const string Configuration =
        """
        {
          "providers": {
            "openai": { "dialect": "openai" },
            "compatible": { "dialect": "openai", "baseUrl": "http://127.0.0.1:9/v1" },
            "lmstudio": { "dialect": "openai", "baseUrl": "http://127.0.0.1:1234/v1" },
            "mistral": { "dialect": "mistral" },
            "anthropic": { "dialect": "anthropic" },
            "gemini": { "dialect": "gemini" }
          },
          "access": { "downloads": "any" }
        }
        """;

    private readonly ManualTimeProvider clock = new();
    private readonly GatewaySnapshot snapshot;
    private readonly GatewayRuntime runtime;

    public GrowthGateway()
    {
        snapshot = new GatewaySnapshot(ConfigurationReader.Read(Configuration, "test", new Dictionary<string, string>()), clock);
        runtime = new GatewayRuntime(snapshot, clock, NullLoggerFactory.Instance, handsOver: false);
    }

    public void Dispose() => runtime.Dispose();

    /// <summary>Steps 3 and 6 of a generation.</summary>
    /// <exception cref="GatewayException">The request is rejected.</exception>
    public UpstreamCall Write(string client, string provider, byte[] body)
    {
        var exchange = NewExchange(Clients[client]);
        var target = Providers[provider];
        var written = Step6Write.RunAsync(exchange, snapshot.ProviderOf(target), snapshot.ProviderOf(target).ModelOf(target), Read(exchange, client, body));
        Assert.True(written.IsCompleted, "the work has left its thread");
        return written.GetAwaiter().GetResult().Call;
    }

    /// <summary>Steps 3 and 6 of an embedding.</summary>
    public int WriteEmbeddings(string provider, byte[] body)
    {
        using var parsed = JsonDocument.Parse(body);
        var request = OllamaEmbeddings.ReadEmbed(parsed.RootElement);
        var dialect = snapshot.ProviderOf(Providers[provider]).Api.Embeddings!;
        var losses = new LossReport();
        var texts = request.Inputs.ToArray();
        var length = 0;
        foreach (var part in EmbeddingBatch.Split(texts, dialect.EmbeddingLimits))
            length += EmbeddingBatch.Write(dialect, request with { Inputs = new ArraySegment<string>(texts, part.Start, part.Count) }, "m", losses).Body.Length;
        return length;
    }

    /// <summary>Step 8: translates a provider's stream to a client's.</summary>
    /// <param name="provider">The provider that answers.</param>
    /// <param name="client">The client's dialect.</param>
    /// <param name="asked">The client's request.</param>
    /// <param name="answer">The stream's bytes, or a whole body.</param>
    /// <param name="readSize">The number of bytes per read, or 0 for a whole body.</param>
    public long Translate(string provider, string client, byte[] asked, byte[] answer, int readSize)
    {
        var dialect = Clients[client];
        var exchange = NewExchange(dialect);
        var target = Providers[provider];
        var request = Read(exchange, client, asked) with { Stream = readSize > 0 };
        var written = Step6Write.RunAsync(exchange, snapshot.ProviderOf(target), target.Model, request).GetAwaiter().GetResult();
        var reader = written.OpenAnswer();
        var context = new AnswerContext(request, "r", clock, clock.GetTimestamp());
        var output = new ArrayBufferWriter<byte>();
        if (readSize == 0)
        {
            var collector = new AnswerCollector();
            var meter = new AnswerMeter(collector, 0, exchange, snapshot.ProviderOf(target));
            reader.ReadBody(answer, meter);
            if (meter.Error is { } failure)
                throw new GatewayException(failure);
            dialect.WriteAnswer(context, collector.Answer, output);
            return output.WrittenCount;
        }

        long length = 0;
        var relayed = new AnswerMeter(dialect.OpenStream(context, output), 0, exchange, snapshot.ProviderOf(target));
        using var events = new SseReader();
        for (var rest = answer.AsSpan(); !rest.IsEmpty;)
        {
            var room = events.GetMemory().Span;
            var count = Math.Min(Math.Min(room.Length, rest.Length), readSize);
            rest[..count].CopyTo(room);
            rest = rest[count..];
            events.Advance(count);
            while (events.TryRead(out var name, out var data))
                reader.ReadEvent(name, data, relayed);
            length += output.WrittenCount;
            output.ResetWrittenCount();
        }

        reader.Complete(relayed);
        if (relayed.Error is { } error)
            throw new GatewayException(error);
        return length + output.WrittenCount;
    }

    private static ChatRequest Read(Exchange exchange, string client, byte[] body)
    {
        using var parsed = JsonDocument.Parse(body);
        using (exchange.Work.Begin())
        {
            var request = Clients[client].Read(parsed.RootElement, exchange.RequestContext) with { Source = JsonMembers.Of(parsed.RootElement, body) };
            RequestLimits.Check(request);
            return request;
        }
    }

    private Exchange NewExchange(IInboundDialect dialect) => new(new DefaultHttpContext(), runtime, dialect.Errors, "r") { Caller = new Caller { Team = "team" } };
}
