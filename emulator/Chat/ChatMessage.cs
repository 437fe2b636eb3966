namespace Dragoman.Emulator.Chat;

/// <summary>A tool call of an earlier turn.</summary>
internal sealed record PastToolCall(string Id, string Name, string Arguments);

/// <summary>A message of the conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Text">Its text parts, joined.</param>
internal sealed record ChatMessage(string Role, string Text)
{
    public IReadOnlyList<ImagePart> Images { get; init; } = [];

    /// <summary>Documents and recordings, each in a few words.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];

    public IReadOnlyList<PastToolCall> ToolCalls { get; init; } = [];

    /// <summary>Of a tool message: the call it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Of a tool message: the tool, when the client named it.</summary>
    public string? Name { get; init; }

    /// <summary>Of an assistant message: the answer has to begin with it.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>Whether the message has content at all; an empty string counts, null does not.</summary>
    public bool HasContent { get; init; }
}
