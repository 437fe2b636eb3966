namespace Dragoman.Conversation;

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
/// <param name="Id">Unique in the conversation; see <c>ToolCallPairing</c>.</param>
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
