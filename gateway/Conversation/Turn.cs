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
public abstract record Part;

public sealed record TextPart(string Text) : Part;

/// <summary>Reasoning that an assistant turn carries, replayed only where the provider accepts it.</summary>
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
    /// <summary>The <c>data:</c> URL that OpenAI and Mistral take.</summary>
    public string DataUrl => $"data:{MediaType};base64,{Base64}";
}

public sealed record LinkedMedia(string Url) : MediaSource;
