namespace Dragoman.Conversation;

/// <summary>Opaque state on tool calls, where the provider has none there (specs/dialects.md 2.6).</summary>
internal static class CallState
{
    /// <summary>Reports it as lost, once; the calls themselves stay.</summary>
    public static void Drop(IReadOnlyList<Turn> turns, LossReport losses)
    {
        if (turns.Any(turn => turn.ToolCalls.Any(call => call.State is not null)))
            losses.Dropped("reasoning state");
    }
}
