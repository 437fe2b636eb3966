namespace Dragoman.Conversation;

/// <summary>Opaque state on tool calls, where the provider has none there or it is another model's (specs/dialects.md 2.6).</summary>
internal static class CallState
{
    /// <summary>Reports it as lost, once; the calls themselves stay.</summary>
    public static void Drop(IReadOnlyList<Turn> turns, LossReport losses) => DropUnless(_ => false, turns, losses);

    /// <summary>The same, for a provider that takes some of it.</summary>
    public static void DropUnless(Predicate<OpaqueState> isTaken, IReadOnlyList<Turn> turns, LossReport losses)
    {
        if (turns.Any(turn => turn.ToolCalls.Any(call => call.State is { } state && !isTaken(state))))
            losses.Dropped("reasoning state");
    }
}
