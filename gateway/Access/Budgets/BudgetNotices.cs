using System.Globalization;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Budgets;

/// <summary>Tells an operator about budgets: in the log and in a metric, once for each period of a budget in each process.</summary>
/// <param name="clock">The time.</param>
/// <param name="logger">Gets a line for each notice.</param>
public sealed partial class BudgetNotices(TimeProvider clock, ILogger logger)
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
            foreach (var (key, end) in told)
            {
                if (end <= now)
                    told.Remove(key);
            }
        }

        BudgetMetrics.Count(notice);
        var warning = new BudgetWarning(notice.Budget, notice.Period, notice.Spent + notice.Reserved);
        var reset = warning.ResetsAt is { } end2 ? $"begins anew at {UtcText.Of(end2)}" : "does not begin anew";
        if (notice.Kind == BudgetNoticeKind.Warning)
            LogWarning(logger, notice.Budget, warning.Percent, Dollars(notice.Budget.Limit), reset);
        else
            LogExhausted(logger, notice.Budget, Dollars(notice.Left), Dollars(notice.Budget.Limit), reset);
    }

    private static string Dollars(long amount) => Picodollars.ToDollars(amount).ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Warning, "{Percent} % of {Budget}, which is ${Limit}, are used; it {Reset}.")]
    private static partial void LogWarning(ILogger logger, BudgetScope budget, int percent, string limit, string reset);

    [LoggerMessage(LogLevel.Warning, "{Budget} refuses requests: ${Left} of ${Limit} are left; it {Reset}.")]
    private static partial void LogExhausted(ILogger logger, BudgetScope budget, string left, string limit, string reset);
}
