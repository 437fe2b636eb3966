namespace Dragoman.Conversation;

/// <summary>Reports the marks for a provider's prompt cache, for dialects that have no member for them (specs/dialects.md 2.9).</summary>
internal static class CacheMarks
{
    /// <summary>Reports the marks as dropped, once. The provider then decides itself what it caches.</summary>
    public static void Drop(IReadOnlyList<Turn> turns, LossReport losses)
    {
        if (turns.Any(turn => turn.Parts.Any(part => part.Cache is not null)))
            losses.Dropped("cache_control");
    }

    public static void Drop(IReadOnlyList<ToolDefinition> tools, LossReport losses)
    {
        if (tools.Any(tool => tool.Cache is not null))
            losses.Dropped("cache_control");
    }
}
