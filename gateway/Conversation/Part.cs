namespace Dragoman.Conversation;

/// <summary>A part of a turn.</summary>
public abstract record Part
{
    /// <summary>The mark that the client set after this part for the provider's prompt cache; null when there is none.</summary>
    public CacheMark? Cache { get; init; }

    /// <summary>The opaque state that the provider needs back unchanged with this part; null when there is none.</summary>
    public OpaqueState? State { get; init; }
}

/// <summary>A mark up to which a provider may keep the prompt (specs/dialects.md 2.9).</summary>
/// <param name="Lifetime">How long the prompt may be kept; null for the provider's default.</param>
public sealed record CacheMark(TimeSpan? Lifetime);

public sealed record TextPart(string Text) : Part;

/// <summary>
/// Reasoning in an assistant turn. With a <see cref="Part.State"/> it is sent back to the model that made it. Without one it
/// is sent only to servers that expect plain reasoning in the history. The text is empty when the provider hides it.
/// </summary>
public sealed record ReasoningPart(string Text) : Part;

public sealed record RefusalPart(string Text) : Part;

/// <param name="Source">The image or its address.</param>
/// <param name="Detail">OpenAI's detail level; null when not given.</param>
public sealed record ImagePart(MediaSource Source, string? Detail = null) : Part;

/// <param name="Source">The audio or its address.</param>
/// <param name="Format">A short name such as <c>wav</c> or <c>mp3</c>.</param>
public sealed record AudioPart(MediaSource Source, string Format) : Part;

public sealed record DocumentPart(MediaSource Source, string? FileName) : Part;

/// <summary>A call that the assistant made.</summary>
/// <param name="Id">An id that is unique in the conversation; see <c>ToolCallPairing</c>.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">A JSON object as raw text, never empty.</param>
public sealed record ToolCallPart(string Id, string Name, string Arguments) : Part;

/// <summary>The result of a tool call.</summary>
/// <param name="CallId">The <see cref="ToolCallPart.Id"/> of the call.</param>
/// <param name="ToolName">The tool's name, from the result itself or from the call; null when unknown.</param>
/// <param name="Content">The result, in parts.</param>
/// <param name="IsError">Whether the tool reported a failure.</param>
public sealed record ToolResultPart(string CallId, string? ToolName, IReadOnlyList<Part> Content, bool IsError) : Part
{
    public string Text => string.Concat(Content.OfType<TextPart>().Select(part => part.Text));
}
