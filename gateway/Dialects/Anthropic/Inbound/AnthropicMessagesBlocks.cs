using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>Reads content blocks into parts (specs/dialects.md 2.2, 2.6).</summary>
/// <param name="envelope">Opens opaque state that the gateway packed.</param>
/// <param name="family">Collects what only Anthropic can do.</param>
/// <param name="isStrict">Whether to reject what the newer versions of the API reject (specs/dialects.md 1.3).</param>
internal sealed class AnthropicMessagesBlocks(StateEnvelope envelope, AnthropicMessagesFamily family, bool isStrict)
{
    /// <summary>The parts of a block in a user message or a tool result.</summary>
    public IEnumerable<Part> ReadUser(RequestObject block)
    {
        switch (block.RequiredString("type"))
        {
            case "text":
                if (isStrict && HasCitations(block))
                    throw GatewayException.Invalid(block.FieldPath("citations"), RequestText.NoCitations(block.FieldPath("citations")));
                return ReadText(block);
            case "image":
                return ReadImage(block);
            case "document":
                return ReadDocument(block);
            case "search_result":
                return ReadSearchResult(block);
            case var type:
                Unknown(block, type);
                return [];
        }
    }

    /// <summary>The parts of a block in an assistant message, except for tool calls.</summary>
    public IEnumerable<Part> ReadAssistant(RequestObject block)
    {
        switch (block.RequiredString("type"))
        {
            case "text":
                return ReadText(block);
            case "thinking":
                return [new ReasoningPart(block.String("thinking") ?? "") { State = ReadState(StateKind.AnthropicSignature, block.String("signature")) }];
            case "redacted_thinking":
                return ReadState(StateKind.AnthropicRedacted, block.RequiredString("data")) is { } hidden ? [new ReasoningPart("") { State = hidden }] : [];
            case "document" when isStrict:
                throw GatewayException.Invalid(block.FieldPath("type"), RequestText.NoDocument(block.FieldPath("type")));
            case var type:
                Unknown(block, type);
                return [];
        }
    }

    /// <summary>Returns no part for an empty block, because providers reject it (P-51).</summary>
    public IEnumerable<Part> ReadText(RequestObject block)
    {
        var text = block.RequiredString("text");
        if (HasCitations(block))
            family.Likes("citations");
        return text.Length > 0 ? [new TextPart(text) { Cache = AnthropicMessagesTools.ReadCache(block) }] : [];
    }

    /// <summary>Opens the gateway's own envelope; null when its seal is broken. Any other text is Anthropic's state from an unknown model.</summary>
    private OpaqueState? ReadState(StateKind kind, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return StateEnvelope.IsEnvelope(text) ? envelope.Unwrap(text) : new OpaqueState(kind, "", text);
    }

    private IEnumerable<Part> ReadImage(RequestObject block) =>
        ReadSource(block, "image") is { } source ? [new ImagePart(source) { Cache = AnthropicMessagesTools.ReadCache(block) }] : [];

    private IEnumerable<Part> ReadDocument(RequestObject block)
    {
        if (block.Object("citations")?.Bool("enabled") is true)
            family.Likes("citations");
        if (block.String("context") is { Length: > 0 } context)
            yield return new TextPart(context);
        var source = SourceOf(block);
        var title = block.String("title");
        var cache = AnthropicMessagesTools.ReadCache(block);
        if (source.RequiredString("type") != "content")
        {
            if (ReadSource(block, "document") is { } media)
                yield return new DocumentPart(media, title) { Cache = cache };
            yield break;
        }

        if (source.Find("content") is { ValueKind: JsonValueKind.String } text)
        {
            yield return new DocumentPart(InlineMedia.OfText(JsonText.ReadString(text)), title) { Cache = cache };
            yield break;
        }

        foreach (var part in source.Objects("content").SelectMany(ReadUser))
            yield return part is TextPart words ? new DocumentPart(InlineMedia.OfText(words.Text), title) { Cache = words.Cache ?? cache } : part;
    }

    /// <summary>Reads a search result as plain text, which every model understands. Only Anthropic can cite it.</summary>
    private IEnumerable<Part> ReadSearchResult(RequestObject block)
    {
        if (block.Object("citations")?.Bool("enabled") is true)
            family.Likes("citations");
        var words = block.Objects("content").Select(each => each.RequiredString("text"));
        return
        [
            new TextPart($"{block.RequiredString("title")}\n{block.RequiredString("source")}\n{string.Join('\n', words)}")
            {
                Cache = AnthropicMessagesTools.ReadCache(block),
            },
        ];
    }

    /// <summary>Null for a file stored at Anthropic, which is recorded as a need of this family.</summary>
    private MediaSource? ReadSource(RequestObject block, string what)
    {
        var source = SourceOf(block);
        switch (source.RequiredString("type"))
        {
            case "base64":
                var media = MediaType.ReadInline(source.RequiredString("data"), source.FieldPath("data"));
                return media.MediaType == source.RequiredString("media_type") ? media : Declared(media, source);
            case "text" when what == "document":
                return InlineMedia.OfText(source.RequiredString("data"));
            case "url":
                var url = source.RequiredString("url");
                return Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                    ? new LinkedMedia(url)
                    : throw GatewayException.Invalid(source.FieldPath("url"), RequestText.WebUrl(source.FieldPath("url")));
            case "file":
                family.Needs(source.FieldPath("file_id"), FamilyText.IsFileAtAnthropic, FamilyText.SendAsBase64(what));
                return null;
            case var other:
                throw GatewayException.Invalid(
                    source.FieldPath("type"),
                    RequestText.OneOf(source.FieldPath("type"), other, what == "document" ? ["base64", "text", "content", "url", "file"] : ["base64", "url", "file"]));
        }
    }

    /// <summary>The media with the type that the client declared, unless the bytes show another type.</summary>
    private static InlineMedia Declared(InlineMedia media, RequestObject source) =>
        MediaType.ReadBase64(source.RequiredString("media_type").Split(';')[0], media.Base64, source.FieldPath("data"));

    private static RequestObject SourceOf(RequestObject block) =>
        block.Object("source") ?? throw GatewayException.Invalid(block.FieldPath("source"), RequestText.Required(block.FieldPath("source")));

    private static bool HasCitations(RequestObject block) =>
        block.Find("citations") is { ValueKind: JsonValueKind.Array } citations && citations.GetArrayLength() > 0;

    private void Unknown(RequestObject block, string type) =>
        family.Needs(block.FieldPath("type"), FamilyText.IsBlock(type));
}
