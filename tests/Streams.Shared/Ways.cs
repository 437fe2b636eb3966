using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Dialects.Gemini.Outbound;
using Dragoman.Dialects.Mistral;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAICompletions;
using Dragoman.Dialects.OpenAIResponses.Inbound;
using Dragoman.Dialects.OpenAIResponses.Outbound;
using Dragoman.Wire;

namespace Dragoman.Streams;

/// <summary>A client's dialect and a request in it: a system message, three turns, two tools.</summary>
internal sealed record Client(string Name, IInboundDialect Dialect, byte[] Request)
{
    public ChatRequest Read() => Read(Request);

    public ChatRequest Read(byte[] source)
    {
        var json = new Utf8JsonReader(source);
        using var body = JsonDocument.ParseValue(ref json);
        return Dialect.Read(body.RootElement, RequestContext.Bare) with { Source = JsonMembers.Of(body.RootElement, source) };
    }

    public override string ToString() => Name;
}

/// <summary>A provider's dialect and its streams. There is none for content that the provider never sends in pieces.</summary>
internal sealed record Upstream(string Name, IOutboundDialect Dialect, string Model, Func<DeltaKind, WireStream?> Streams)
{
    /// <summary>Whether text completions are a separate kind of call with separate streams.</summary>
    public bool HasTextCompletions { get; init; }

    public WireStream? StreamFor(ChatRequest request, DeltaKind kind) =>
        request.Completion is not null && HasTextCompletions ? kind == DeltaKind.Text ? WireStreams.OfTextCompletions() : null : Streams(kind);

    public override string ToString() => Name;
}

/// <summary>One way from a client to a provider.</summary>
internal sealed record Cell(Client Client, Upstream Upstream)
{
    /// <summary>Whether the client's and the provider's own bytes are passed through.</summary>
    public bool PassesThrough => Upstream.Dialect.TryPassThrough(Client.Read(), Upstream.Model) is not null;

    public override string ToString() => $"{Client.Name} to {Upstream.Name}";
}

/// <summary>All pairs of a client's and a provider's dialect.</summary>
internal static class Ways
{
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string","description":"Where"},"unit":{"type":"string","enum":["c","f"]}},"required":["city"]}""";

    public static readonly IReadOnlyList<Client> Clients =
    [
        new("OpenAI chat", new OpenAIChat(), Encoding.UTF8.GetBytes($$$$"""{"model":"m","messages":[{"role":"system","content":"Be short."},{"role":"user","content":"What is the weather in Rome?"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]},{"role":"tool","tool_call_id":"call_1","content":"18 degrees"},{"role":"user","content":"And tomorrow?"}],"tools":[{"type":"function","function":{"name":"weather","description":"Tells it","parameters":{{{{Schema}}}}}},{"type":"function","function":{"name":"forecast","description":"Tells it","parameters":{{{{Schema}}}}}}],"temperature":0.5,"stream":true,"stream_options":{"include_usage":true}}""")),
        new("OpenAI completions", new OpenAICompletions(), Encoding.UTF8.GetBytes("""{"model":"m","prompt":"Once upon a time there was a gateway","temperature":0.5,"max_tokens":100,"stream":true}""")),
        new("OpenAI Responses", new OpenAIResponses(), Encoding.UTF8.GetBytes($$$$"""{"model":"m","instructions":"Be short.","input":[{"role":"user","content":"What is the weather in Rome?"},{"type":"function_call","call_id":"call_1","name":"weather","arguments":"{\"city\":\"Rome\"}"},{"type":"function_call_output","call_id":"call_1","output":"18 degrees"},{"role":"user","content":[{"type":"input_text","text":"And tomorrow?"}]}],"tools":[{"type":"function","name":"weather","description":"Tells it","strict":false,"parameters":{{{{Schema}}}}},{"type":"function","name":"forecast","description":"Tells it","strict":false,"parameters":{{{{Schema}}}}}],"stream":true,"store":false}""")),
        new("Anthropic", new AnthropicMessages(), Encoding.UTF8.GetBytes($$$$"""{"model":"m","max_tokens":1000,"system":"Be short.","messages":[{"role":"user","content":"What is the weather in Rome?"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Rome"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"18 degrees"},{"type":"text","text":"And tomorrow?"}]}],"tools":[{"name":"weather","description":"Tells it","input_schema":{{{{Schema}}}}},{"name":"forecast","description":"Tells it","input_schema":{{{{Schema}}}}}],"temperature":0.5,"stream":true}""")),
        new("Ollama generate", new OllamaGenerate(), Encoding.UTF8.GetBytes("""{"model":"m","prompt":"Once upon a time there was a gateway","options":{"temperature":0.5}}""")),
        new("Ollama", new OllamaChat(), Encoding.UTF8.GetBytes($$$$"""{"model":"m","messages":[{"role":"system","content":"Be short."},{"role":"user","content":"What is the weather in Rome?"},{"role":"assistant","content":"","tool_calls":[{"id":"call_1","function":{"name":"weather","arguments":{"city":"Rome"}}}]},{"role":"tool","tool_call_id":"call_1","content":"18 degrees"},{"role":"user","content":"And tomorrow?"}],"tools":[{"type":"function","function":{"name":"weather","description":"Tells it","parameters":{{{{Schema}}}}}},{"type":"function","function":{"name":"forecast","description":"Tells it","parameters":{{{{Schema}}}}}}],"options":{"temperature":0.5}}""")),
    ];

    public static readonly IReadOnlyList<Upstream> Upstreams =
    [
        new("OpenAI", new OpenAIChatOutbound(null), "gpt-4.1", WireStreams.OfChatCompletions) { HasTextCompletions = true },
        new("OpenAI Responses", new OpenAIResponsesOutbound(), "gpt-5.2", WireStreams.OfResponses),
        new("Mistral", new MistralOutbound(), "mistral-small-latest", WireStreams.OfMistral),
        new("Anthropic", new AnthropicOutbound(), "claude-haiku-4-5", WireStreams.OfAnthropic),
        new("Gemini", new GeminiOutbound(), "gemini-2.5-flash", kind => kind == DeltaKind.Arguments ? null : WireStreams.OfGemini(kind)),
        new("compatible", new OpenAIChatOutbound(CompatibleServer.Generic), "llama", WireStreams.OfChatCompletions) { HasTextCompletions = true },
    ];

    /// <summary>Text completions never go to OpenAI's Responses.</summary>
    public static IEnumerable<Cell> All =>
        from client in Clients
        from upstream in Upstreams
        where (client.Name, upstream.Name) is not ("OpenAI completions", "OpenAI Responses")
        select new Cell(client, upstream);
}
