namespace Dragoman.Conversation;

/// <summary>Marks for a provider's prompt cache, where there is no place for them (specs/dialects.md 2.9).</summary>
internal static class CacheMarks
{
    /// <summary>Reports them as lost, once; the provider caches as it sees fit.</summary>
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
