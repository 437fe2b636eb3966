using System.Text;
using System.Text.Json;

namespace Dragoman.Conversation;

public enum Role
{
    System,
    Developer,
    User,
    Assistant,
    Tool,
}

/// <summary>One message of a conversation: who speaks, and the ordered parts of what is said.</summary>
public sealed record Turn(Role Role, IReadOnlyList<Part> Parts)
{
    /// <summary>The participant's name where the dialect has one.</summary>
    public string? Name { get; init; }

    public static Turn Of(Role role, string text) => new(role, [new TextPart(text)]);

    public IEnumerable<ToolCallPart> ToolCalls => Parts.OfType<ToolCallPart>();

    /// <summary>All text parts joined; empty when there is none.</summary>
    public string Text => Parts switch
    {
        [] => "",
        [TextPart only] => only.Text,
        _ => string.Concat(Parts.OfType<TextPart>().Select(part => part.Text)),
    };
}

/// <summary>A piece of a turn.</summary>
public abstract record Part
{
    /// <summary>Where the client wants the provider's prompt cache to have a mark; null: nowhere.</summary>
    public CacheMark? Cache { get; init; }

    /// <summary>What the provider that made this part wants to see again with it, unchanged.</summary>
    public OpaqueState? State { get; init; }
}

/// <summary>A mark up to which a provider may keep the prompt (specs/dialects.md 2.9).</summary>
/// <param name="Lifetime">How long; null: the provider's own.</param>
public sealed record CacheMark(TimeSpan? Lifetime);

public sealed record TextPart(string Text) : Part;

/// <summary>
/// Reasoning that an assistant turn carries. With a <see cref="Part.State"/> it goes back to the model that made it;
/// without, only to servers that want plain reasoning back. The text is empty where the provider hides it.
/// </summary>
public sealed record ReasoningPart(string Text) : Part;

public sealed record RefusalPart(string Text) : Part;

/// <param name="Source">Where the picture is.</param>
/// <param name="Detail">OpenAI's detail level, null when not given.</param>
public sealed record ImagePart(MediaSource Source, string? Detail = null) : Part;

/// <param name="Source">The sound itself.</param>
/// <param name="Format">Short name such as <c>wav</c> or <c>mp3</c>.</param>
public sealed record AudioPart(MediaSource Source, string Format) : Part;

public sealed record DocumentPart(MediaSource Source, string? FileName) : Part;

/// <summary>A call that the assistant made.</summary>
/// <param name="Id">Unique in the conversation; see <see cref="ToolCallPairing"/>.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">Raw JSON object text, never empty.</param>
public sealed record ToolCallPart(string Id, string Name, string Arguments) : Part;

/// <summary>What a tool answered.</summary>
/// <param name="CallId">The <see cref="ToolCallPart.Id"/> it belongs to.</param>
/// <param name="ToolName">The tool's name where the dialect gave it or the call tells it.</param>
/// <param name="Content">The result, in parts.</param>
/// <param name="IsError">Whether the tool reported a failure.</param>
public sealed record ToolResultPart(string CallId, string? ToolName, IReadOnlyList<Part> Content, bool IsError) : Part
{
    public string Text => string.Concat(Content.OfType<TextPart>().Select(part => part.Text));
}

/// <summary>Where media come from: inline bytes or an address, never both.</summary>
public abstract record MediaSource;

/// <param name="MediaType">For example <c>image/png</c>.</param>
/// <param name="Base64">Standard alphabet with padding, no line breaks.</param>
public sealed record InlineMedia(string MediaType, string Base64) : MediaSource
{
    /// <summary>Of <see cref="OfText"/>; most providers take it as it is.</summary>
    private readonly string? words;

    private string? base64 = Base64;

    private InlineMedia(string words)
        : this("text/plain", "")
    {
        this.words = words;
        base64 = null;
    }

    public string Base64
    {
        get => base64 ??= Convert.ToBase64String(Encoding.UTF8.GetBytes(words!));
        init => base64 = value;
    }

    /// <summary>In characters; for a string in one piece the writer takes room for three times as much.</summary>
    private const int LongestPiece = 16 * 1024;

    /// <summary>Writes <see cref="Base64"/> as a JSON value.</summary>
    public void WriteBase64(Utf8JsonWriter writer)
    {
        var rest = Base64.AsSpan();
        for (; rest.Length > LongestPiece; rest = rest[LongestPiece..])
            writer.WriteStringValueSegment(rest[..LongestPiece], isFinalSegment: false);
        writer.WriteStringValueSegment(rest, isFinalSegment: true);
    }

    /// <summary>Writes the <c>data:</c> URL that OpenAI and Mistral take as a JSON value.</summary>
    public void WriteDataUrl(Utf8JsonWriter writer)
    {
        writer.WriteStringValueSegment($"data:{MediaType};base64,", isFinalSegment: false);
        WriteBase64(writer);
    }

    /// <summary>A plain-text document.</summary>
    public static InlineMedia OfText(string text) => new(text);

    /// <summary>The words of a plain-text document; null when it is something else.</summary>
    public string? ReadText() =>
        words is not null ? words
        : MediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetString(Convert.FromBase64String(Base64)) : null;
}

public sealed record LinkedMedia(string Url) : MediaSource;
