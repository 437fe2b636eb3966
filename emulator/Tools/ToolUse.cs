namespace Dragoman.Emulator.Tools;

/// <summary>The tools of a request and what it says about calling them.</summary>
/// <param name="Tools">In the request's order.</param>
/// <param name="Choice"><c>auto</c>, <c>none</c>, <c>any</c>, <c>required</c>, or null when <paramref name="Named"/> is set.</param>
/// <param name="Named">The one tool that has to be called.</param>
/// <param name="Parallel">Whether one answer may hold several calls.</param>
internal sealed record ToolUse(IReadOnlyList<ToolDefinition> Tools, string? Choice, ToolDefinition? Named, bool Parallel)
{
    public static ToolUse None { get; } = new([], "none", null, true);

    /// <summary>
    /// The tools the answer calls. <c>none</c>: none. A named one: that. <c>any</c> and <c>required</c>: always;
    /// <c>auto</c>: when the last message is the user's. Which: those the last user text names, in the order of the
    /// request's list and only the first of them unless calls may be parallel; else the first tool.
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
