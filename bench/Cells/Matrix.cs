using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Anthropic;
using Dragoman.Dialects.Gemini;
using Dragoman.Dialects.Mistral;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAICompletions;
using Dragoman.Dialects.OpenAIResponses;

namespace Dragoman.Bench.Cells;

/// <summary>A client's dialect, with a request of its own: a system message, three turns, two tools.</summary>
internal sealed record Client(string Name, IInboundDialect Dialect, byte[] Request);

/// <summary>A provider's dialect, with a stream of its own; the stream of a text completion where it has one.</summary>
internal sealed record Upstream(string Name, IOutboundDialect Dialect, string Model, Func<int, byte[]> Stream, Func<int, byte[]>? CompletionStream = null);

/// <summary>Every way from a client's dialect to a provider's.</summary>
internal static class Matrix
{
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string","description":"Where"},"unit":{"type":"string","enum":["c","f"]}},"required":["city"]}""";

    public static readonly IReadOnlyList<Client> Clients =
    [
        new("OpenAI chat", new OpenAIChat(), Encoding.UTF8.GetBytes($$$$"""{"model":"m","messages":[{"role":"system","content":"Be short."},{"role":"user","content":"What is the weather in Rome?"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]},{"role":"tool","tool_call_id":"call_1","content":"18 degrees"},{"role":"user","content":"And tomorrow?"}],"tools":[{"type":"function","function":{"name":"weather","description":"Tells it","parameters":{{{{Schema}}}}}},{"type":"function","function":{"name":"forecast","description":"Tells it","parameters":{{{{Schema}}}}}}],"temperature":0.5,"stream":true,"stream_options":{"include_usage":true}}""")),
        new("OpenAI completions", new OpenAICompletions(), Encoding.UTF8.GetBytes("""{"model":"m","prompt":"Once upon a time there was a gateway","temperature":0.5,"max_tokens":100,"stream":true}""")),
        new("OpenAI Responses", new OpenAIResponses(), Encoding.UTF8.GetBytes($$$$"""{"model":"m","instructions":"Be short.","input":[{"role":"user","content":"What is the weather in Rome?"},{"type":"function_call","call_id":"call_1","name":"weather","arguments":"{\"city\":\"Rome\"}"},{"type":"function_call_output","call_id":"call_1","output":"18 degrees"},{"role":"user","content":[{"type":"input_text","text":"And tomorrow?"}]}],"tools":[{"type":"function","name":"weather","description":"Tells it","strict":false,"parameters":{{{{Schema}}}}},{"type":"function","name":"forecast","description":"Tells it","strict":false,"parameters":{{{{Schema}}}}}],"stream":true,"store":false}""")),
        new("Anthropic", new AnthropicMessages(), Encoding.UTF8.GetBytes($$$$"""{"model":"m","max_tokens":1000,"system":"Be short.","messages":[{"role":"user","content":"What is the weather in Rome?"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Rome"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"18 degrees"},{"type":"text","text":"And tomorrow?"}]}],"tools":[{"name":"weather","description":"Tells it","input_schema":{{{{Schema}}}}},{"name":"forecast","description":"Tells it","input_schema":{{{{Schema}}}}}],"temperature":0.5,"stream":true}""")),
        new("Ollama", new OllamaChat(), Encoding.UTF8.GetBytes($$$$"""{"model":"m","messages":[{"role":"system","content":"Be short."},{"role":"user","content":"What is the weather in Rome?"},{"role":"assistant","content":"","tool_calls":[{"id":"call_1","function":{"name":"weather","arguments":{"city":"Rome"}}}]},{"role":"tool","tool_call_id":"call_1","content":"18 degrees"},{"role":"user","content":"And tomorrow?"}],"tools":[{"type":"function","function":{"name":"weather","description":"Tells it","parameters":{{{{Schema}}}}}},{"type":"function","function":{"name":"forecast","description":"Tells it","parameters":{{{{Schema}}}}}}],"options":{"temperature":0.5}}""")),
    ];

    public static readonly IReadOnlyList<Upstream> Upstreams =
    [
        new("OpenAI", new OpenAIChatOutbound(null), "gpt-4.1", WireStream.OfChatCompletions, WireStream.OfTextCompletions),
        new("OpenAI Responses", new OpenAIResponsesOutbound(), "gpt-5.2", WireStream.OfResponses),
        new("Mistral", new MistralOutbound(), "mistral-small-latest", WireStream.OfMistral),
        new("Anthropic", new AnthropicOutbound(), "claude-haiku-4-5", WireStream.OfAnthropic),
        new("Gemini", new GeminiOutbound(), "gemini-2.5-flash", WireStream.OfGemini),
        new("compatible", new OpenAIChatOutbound(CompatibleServer.Generic), "llama", WireStream.OfChatCompletions, WireStream.OfTextCompletions),
    ];
}
