namespace Dragoman.Emulator.Chat;

/// <summary>A tool call of an earlier turn.</summary>
internal sealed record PastToolCall(string Id, string Name, string Arguments);

/// <summary>A message of the conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Text">The joined text parts.</param>
internal sealed record ChatMessage(string Role, string Text)
{
    public IReadOnlyList<ImagePart> Images { get; init; } = [];

    /// <summary>Documents and recordings, each described in a few words.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];

    public IReadOnlyList<PastToolCall> ToolCalls { get; init; } = [];

    /// <summary>The call that a tool message answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>The tool of a tool message, if the client named it.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the answer must begin with this assistant message.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>Whether the message has content. An empty string counts, but null does not.</summary>
    public bool HasContent { get; init; }
}
