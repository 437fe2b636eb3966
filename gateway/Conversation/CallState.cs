namespace Dragoman.Conversation;

/// <summary>
/// Reports opaque state on tool calls that the provider does not accept, because its calls have none or because another
/// model made it (specs/dialects.md 2.6).
/// </summary>
internal static class CallState
{
    /// <summary>Reports all state as dropped, once. The calls themselves stay.</summary>
    public static void Drop(IReadOnlyList<Turn> turns, LossReport losses) => DropUnless(_ => false, turns, losses);

    /// <summary>Reports the state that the provider does not accept as dropped, once.</summary>
    public static void DropUnless(Predicate<OpaqueState> isTaken, IReadOnlyList<Turn> turns, LossReport losses)
    {
        if (turns.Any(turn => turn.ToolCalls.Any(call => call.State is { } state && !isTaken(state))))
            losses.Dropped("reasoning state");
    }
}
