using Dragoman.Conversation;

namespace Dragoman.Access;

/// <summary>The result of an exchange, for the accounts.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Uses">What each try used, in their order. The last one is that of the answer.</param>
/// <param name="Status">The HTTP status that the client got, or would have got if the answer had not begun before it failed.</param>
/// <param name="Elapsed">The time since the request arrived.</param>
public sealed record Settlement(Outcome Outcome, IReadOnlyList<TargetUse> Uses, int Status, TimeSpan Elapsed)
{
    /// <summary>The usage of all tries together.</summary>
    public Usage Usage { get; } = TotalOf(Uses);

    private static Usage TotalOf(IReadOnlyList<TargetUse> uses)
    {
        var total = Usage.Absent;
        for (var index = 0; index < uses.Count; index++)
            total = total.Plus(uses[index].Usage);
        return total;
    }
}
