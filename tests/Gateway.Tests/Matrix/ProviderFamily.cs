using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Dialects.Gemini.Outbound;
using Dragoman.Dialects.Mistral;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAIResponses.Outbound;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>A kind of provider as the pipeline reads it: its outbound dialect, and the way its bytes are played.</summary>
internal sealed record ProviderFamily(string Name, IOutboundDialect Dialect)
{
    private const string Model = "upstream";

    public static readonly ProviderFamily Chat = new("openai", new OpenAIChatOutbound(null));
    public static readonly ProviderFamily Compatible = new("compatible", new OpenAIChatOutbound(CompatibleServer.Generic));
    public static readonly ProviderFamily Responses = new("responses", new OpenAIResponsesOutbound());
    public static readonly ProviderFamily Anthropic = new("anthropic", new AnthropicOutbound());
    public static readonly ProviderFamily Gemini = new("gemini", new GeminiOutbound());
    public static readonly ProviderFamily Mistral = new("mistral", new MistralOutbound());

    public static readonly IReadOnlyList<ProviderFamily> All = [Chat, Compatible, Responses, Anthropic, Gemini, Mistral];

    /// <summary>The kind of provider that a fixture belongs to.</summary>
    public static ProviderFamily Of(WireFixture fixture) => fixture.Name[..fixture.Name.IndexOf('/', StringComparison.Ordinal)] switch
    {
        "anthropic" => Anthropic,
        "gemini" => Gemini,
        "mistral" => Mistral,
        "openai-responses" => Responses,
        var group when group.StartsWith("compat-", StringComparison.Ordinal) => Compatible,
        _ => Chat,
    };

    /// <param name="bytes">A whole stream.</param>
    /// <param name="sizes">The number of bytes of each read. The rest arrives in one more read.</param>
    /// <param name="next">Also receives the events.</param>
    /// <param name="request">The client's request.</param>
    public CheckedEvents PlayStream(ReadOnlySpan<byte> bytes, IEnumerable<int> sizes, IAnswerEvents? next = null, ChatRequest? request = null)
    {
        var events = new CheckedEvents(next);
        var reader = Open(request);
        using var framing = new SseReader();
        foreach (var size in sizes.Append(bytes.Length))
        {
            bytes = Upstream.Feed(framing, bytes, size);
            while (!events.HasEnded && framing.TryRead(out var name, out var data))
                reader.ReadEvent(name, data, events);
            if (events.HasEnded)
                return events;
        }

        if (framing.TryReadLast(out var lastName, out var lastData))
            reader.ReadEvent(lastName, lastData, events);
        if (!events.HasEnded)
            reader.Complete(events);
        Assert.True(events.HasEnded, "neither End nor Fail");
        return events;
    }

    /// <summary>Passes all of a stream's events to a reader, including those after the answer has ended, and completes it twice.</summary>
    public CheckedEvents PlayEvents(IEnumerable<(byte[] Name, byte[] Data)> stream)
    {
        var events = new CheckedEvents();
        var reader = Open(null);
        foreach (var (name, data) in stream)
            reader.ReadEvent(name, data, events);
        reader.Complete(events);
        Assert.True(events.HasEnded, "neither End nor Fail");
        reader.Complete(events);
        return events;
    }

    public CheckedEvents PlayBody(ReadOnlySpan<byte> body, IAnswerEvents? next = null, ChatRequest? request = null)
    {
        var events = new CheckedEvents(next);
        Open(request).ReadBody(body, events);
        Assert.True(events.HasEnded, "neither End nor Fail");
        return events;
    }

    public override string ToString() => Name;

    private IAnswerReader Open(ChatRequest? request) => Dialect.OpenAnswer(request ?? new ChatRequest { Model = "published" }, Model);
}
