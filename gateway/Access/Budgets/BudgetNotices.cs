using System.Globalization;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Budgets;

/// <summary>Tells an operator about budgets, once for each period of a budget: each process in the log and in a metric, and one of them at the webhook.</summary>
/// <param name="clock">The time.</param>
/// <param name="logger">Gets a line for each notice.</param>
/// <param name="webhook">Gets each notice; null for none. Disposed with this.</param>
internal sealed partial class BudgetNotices(TimeProvider clock, ILogger logger, BudgetWebhook? webhook = null) : IAsyncDisposable
{
    private readonly Lock gate = new();

    /// <summary>What was told, and until when it may come again.</summary>
    private readonly Dictionary<(string Account, BudgetNoticeKind Kind), DateTimeOffset> told = [];

    /// <summary>Takes a notice; it does not wait.</summary>
    public void Add(BudgetNotice notice)
    {
        lock (gate)
        {
            if (!told.TryAdd((notice.Account, notice.Kind), notice.Period.End))
                return;
            var now = clock.GetUtcNow();
            foreach (var (key, until) in told)
            {
                if (until <= now)
                    told.Remove(key);
            }
        }

        BudgetMetrics.Count(notice);
        webhook?.Post(notice);
        var warning = new BudgetWarning(notice.Budget, notice.Period, notice.Spent + notice.Reserved);
        var reset = warning.ResetsAt is { } end ? $"begins anew at {UtcText.Of(end)}" : "does not begin anew";
        if (notice.Kind == BudgetNoticeKind.Warning)
            LogWarning(logger, notice.Budget, warning.Percent, Dollars(notice.Budget.Limit), reset);
        else
            LogExhausted(logger, notice.Budget, Dollars(notice.Left), Dollars(notice.Budget.Limit), reset);
    }

    public ValueTask DisposeAsync() => webhook?.DisposeAsync() ?? default;

    private static string Dollars(long amount) => Picodollars.ToDollars(amount).ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Warning, "{Percent} % of {Budget}, which is ${Limit}, are used; it {Reset}.")]
    private static partial void LogWarning(ILogger logger, BudgetScope budget, int percent, string limit, string reset);

    [LoggerMessage(LogLevel.Warning, "{Budget} refuses requests: ${Left} of ${Limit} are left; it {Reset}.")]
    private static partial void LogExhausted(ILogger logger, BudgetScope budget, string left, string limit, string reset);
}
