namespace Dragoman.Emulator.Tools;

/// <summary>The tools of a request and its rules for calling them.</summary>
/// <param name="Tools">The tools in the request's order.</param>
/// <param name="Choice"><c>auto</c>, <c>none</c>, <c>any</c>, <c>required</c>, or null when <paramref name="Named"/> is set.</param>
/// <param name="Named">The one tool that must be called.</param>
/// <param name="Parallel">Whether one answer may hold several calls.</param>
internal sealed record ToolUse(IReadOnlyList<ToolDefinition> Tools, string? Choice, ToolDefinition? Named, bool Parallel)
{
    public static ToolUse None { get; } = new([], "none", null, true);

    /// <summary>
    /// The tools that the answer calls. A named tool is always called. Otherwise none is called with <c>none</c>, with
    /// <c>auto</c> unless the last message is the user's, or when an assistant message is to be continued. The answer calls the
    /// tools that the last user text names, in the order of the request's list, or only the first of them without parallel
    /// calls. If the text names none, it calls the first tool of the list.
    /// </summary>
    public IReadOnlyList<ToolDefinition> Called(string lastRole, string lastUserText)
    {
        if (Named is not null)
            return [Named];
        if (Tools.Count == 0 || lastRole == "assistant" || Choice == "none" || (Choice == "auto" && lastRole != "user"))
            return [];
        var mentioned = Tools.Where(tool => lastUserText.Contains(tool.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        if (mentioned.Count == 0)
            return [Tools[0]];
        return Parallel ? mentioned : [mentioned[0]];
    }
}
