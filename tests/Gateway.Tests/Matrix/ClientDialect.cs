using System.Buffers;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAICompletions;
using Dragoman.Dialects.OpenAIResponses;
using Dragoman.Dialects.OpenAIResponses.Inbound;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Gateway.Tests.Dialects;
using Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;
using Dragoman.Gateway.Tests.Dialects.Ollama;
using Dragoman.Gateway.Tests.Dialects.OpenAIChat;
using Dragoman.Gateway.Tests.Dialects.OpenAICompletions;
using Dragoman.Gateway.Tests.Dialects.OpenAIResponses.Inbound;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>A client's dialect: what it can represent, how its bytes are checked, and how they are read again.</summary>
/// <param name="Name">The name in test output.</param>
/// <param name="Dialect">The dialect that writes the answers.</param>
/// <param name="Family">The family of the requests.</param>
/// <param name="Path">The endpoint's path.</param>
/// <param name="Carries">What the dialect can represent of an answer.</param>
internal sealed record ClientDialect(string Name, IInboundDialect Dialect, string Family, string Path, Carriage Carries)
{
    private static readonly Dictionary<StopReason, StopReason> OpenAIStops = new()
    {
        [StopReason.StopSequence] = StopReason.Stop,
        [StopReason.ContextWindow] = StopReason.Length,
    };

    public static readonly ClientDialect Chat = new("chat", new OpenAIChat(), OpenAIFamily.Name, "/v1/chat/completions", new Carriage { CacheWrite = true, StopsAs = OpenAIStops });

    public static readonly ClientDialect Completions = new("completions", new OpenAICompletions(), "openai", "/v1/completions", new Carriage
    {
        Reasoning = false,
        Calls = false,
        Refusal = false,
        CacheWrite = true,
        StopsAs = new Dictionary<StopReason, StopReason>(OpenAIStops) { [StopReason.ToolCalls] = StopReason.Stop },
    });

    public static readonly ClientDialect Responses = new("responses", new OpenAIResponses(), ResponsesFamily.Name, "/v1/responses", new Carriage
    {
        FurtherChoices = false,
        CacheWrite = true,
        StopsAs = OpenAIStops,
    });

    public static readonly ClientDialect Messages = new("messages", new AnthropicMessages(), AnthropicFamily.Name, "/v1/messages", new Carriage
    {
        FurtherChoices = false,
        Refusal = false,
        StopSequence = true,
        CacheWrite = true,
        UncountedAs = 0,
        RefusedAs = StopReason.ContentFilter,
    });

    private static readonly Carriage OllamaCarries = new()
    {
        FurtherChoices = false,
        Refusal = false,
        CacheRead = false,
        CutCalls = false,
        ReasoningTokens = false,
        UncountedAs = 1,
        StopsAs = new Dictionary<StopReason, StopReason>(OpenAIStops) { [StopReason.ContentFilter] = StopReason.Stop },
        Withheld = "The provider withheld the answer because of its content filter.",
    };

    public static readonly ClientDialect OllamaChat = new("ollama chat", new OllamaChat(), "ollama", "/api/chat", OllamaCarries);

    public static readonly ClientDialect OllamaGenerate = new("ollama generate", new OllamaGenerate(), "ollama", "/api/generate", OllamaCarries);

    public static readonly IReadOnlyList<ClientDialect> All = [Chat, Completions, Responses, Messages, OllamaChat, OllamaGenerate];

    public static ClientDialect Named(string name) => All.Single(each => each.Name == name);

    public static TheoryData<string> Names => [.. All.Select(each => each.Name)];

    private bool IsOllama => Family == "ollama";

    public ChatRequest Request(bool stream, int choices = 1) => new()
    {
        Model = "my \"model\"",
        Family = Family,
        Stream = stream,
        IncludeUsage = true,
        Sampling = new Sampling { Choices = choices > 1 ? choices : null },
    };

    /// <summary>Streams the events that <paramref name="play"/> raises. Returns the client's bytes and the raised events.</summary>
    public (byte[] Stream, CheckedEvents Raised, GatewayError? Refused) Stream(ChatRequest request, Func<IAnswerEvents, CheckedEvents> play)
    {
        var output = new ArrayBufferWriter<byte>();
        var written = new Refusable(Dialect.OpenStream(InboundCalls.Context(request), output));
        var raised = play(written);
        return (output.WrittenSpan.ToArray(), raised, written.Refused);
    }

    /// <summary>The whole answer as the client gets it, or an error's body if it failed.</summary>
    public (byte[] Body, GatewayError? Error) Whole(ChatRequest request, CheckedEvents raised)
    {
        var output = new ArrayBufferWriter<byte>();
        var error = raised.Error;
        try
        {
            if (error is null)
                Dialect.WriteAnswer(InboundCalls.Context(request), raised.Answer, output);
        }
        catch (GatewayException refusal)
        {
            error = refusal.Error;
        }

        return (error is null ? output.WrittenSpan.ToArray() : ErrorBody(error), error);
    }

    public byte[] ErrorBody(GatewayError error)
    {
        var output = new ArrayBufferWriter<byte>();
        Dialect.Errors.WriteError(output, error, InboundCalls.RequestId);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Asserts that a stream is one that the dialect's own servers could have sent.</summary>
    public void AssertLegal(ReadOnlySpan<byte> stream)
    {
        var text = Encoding.UTF8.GetString(stream);
        switch (Name)
        {
            case "chat":
                ChatChunks.Read(text, includesUsage: true);
                break;
            case "completions":
                TextChunks.ReadStream(text);
                break;
            case "responses":
                ResponsesGrammar.Read(text);
                break;
            case "messages":
                AnthropicEvents.Read(text);
                break;
            default:
                OllamaLines.ReadStream(text, isChat: this == OllamaChat);
                break;
        }
    }

    /// <summary>Whether a client that looks only for the dialect's marks of success would accept the stream, complete or not.</summary>
    public bool HasSuccessMarker(ReadOnlySpan<byte> stream)
    {
        var text = Encoding.UTF8.GetString(stream);
        string[] marks = Name switch
        {
            "chat" or "completions" => ["data: [DONE]", "\"finish_reason\":\"stop\"", "\"finish_reason\":\"tool_calls\"", "\"finish_reason\":\"length\"", "\"finish_reason\":\"content_filter\""],
            "responses" => ["event: response.completed", "event: response.incomplete", "data: [DONE]"],
            "messages" => ["event: message_stop", "event: message_delta"],
            _ => ["\"done\":true"],
        };
        return Array.Exists(marks, mark => text.Contains(mark, StringComparison.Ordinal));
    }

    /// <summary>Reads a stream again, in reads of the given sizes.</summary>
    public Said ReadStream(byte[] stream, IEnumerable<int> sizes, ChatRequest request) => Name switch
    {
        "chat" => Said.Of(ProviderFamily.Chat.PlayStream(stream, sizes, request: request)),
        "responses" => Said.Of(ProviderFamily.Responses.PlayStream(stream, sizes, request: request)),
        "messages" => Said.Of(ProviderFamily.Anthropic.PlayStream(stream, sizes, request: request)),
        "completions" => TextChunks.ReadStream(Encoding.UTF8.GetString(stream)),
        _ => OllamaLines.ReadStream(Encoding.UTF8.GetString(stream), isChat: this == OllamaChat),
    };

    public Said ReadBody(byte[] body, ChatRequest request) => Name switch
    {
        "chat" => Said.Of(ProviderFamily.Chat.PlayBody(body, request: request)),
        "responses" => Said.Of(ProviderFamily.Responses.PlayBody(body, request: request)),
        "messages" => Said.Of(ProviderFamily.Anthropic.PlayBody(body, request: request)),
        "completions" => TextChunks.ReadBody(Json.Parse(body)),
        _ => OllamaLines.ReadBody(Json.Parse(body), isChat: this == OllamaChat),
    };

    /// <summary>The message of an error's body. Asserts that the body has all members of the dialect's errors.</summary>
    public string MessageOf(ReadOnlyMemory<byte> body)
    {
        var root = Json.Parse(body);
        if (IsOllama)
        {
            Assert.Equal(["error"], root.Names());
            return root.Text("error")!;
        }

        if (this != Messages)
            return ChatChunks.AssertError(root).Text("message")!;
        Assert.Equal("error", root.Text("type"));
        Assert.NotEmpty(root.Text("request_id")!);
        Assert.NotEmpty(root.GetProperty("error").Text("type")!);
        return root.GetProperty("error").Text("message")!;
    }

    public override string ToString() => Name;
}
