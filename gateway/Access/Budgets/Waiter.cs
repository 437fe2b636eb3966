namespace Dragoman.Access.Budgets;

/// <summary>A request that waits until enough is leased for it.</summary>
/// <param name="hold">What it gets.</param>
/// <param name="budgets">Its budgets.</param>
/// <param name="begunAt">When it began to wait.</param>
internal sealed class Waiter(Hold hold, IReadOnlyList<BudgetScope> budgets, long begunAt)
{
    public Hold Hold => hold;

    public IReadOnlyList<BudgetScope> Budgets => budgets;

    public long BegunAt => begunAt;

    /// <summary>The time after which it is refused.</summary>
    public long Deadline => begunAt + BudgetSettings.LongestWait.Ticks;

    public TaskCompletionSource<Hold> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
