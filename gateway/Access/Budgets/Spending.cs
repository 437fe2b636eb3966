using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>Reserves the most that a request may cost in the budgets of its caller, and settles what it did cost.</summary>
public sealed class Spending : IAsyncDisposable
{
    /// <summary>The most tokens that a model generates, if neither the client nor the request limits them. No model of today generates more.</summary>
    public const int MostOutputTokens = 131_072;

    /// <summary>The fewest tokens of an answer for which it makes sense to ask a model.</summary>
    public const int LeastOutputTokens = 1024;

    /// <summary>An answer that is limited to what is left takes this part of it, so that a few requests may run at the same time.</summary>
    private const int PartOfRest = 4;

    /// <summary>Unless that is fewer tokens than most answers have.</summary>
    private const int UsualOutputTokens = 4096;

    private readonly Lazy<Ledger> ledger;
    private readonly TimeProvider clock;
    private volatile SpendingRules rules;

    /// <param name="ledger">Keeps the budgets and the entries. It is made when the first request needs it, and disposed with this.</param>
    /// <param name="rules">What models cost.</param>
    /// <param name="clock">The time.</param>
    public Spending(Lazy<Ledger> ledger, SpendingRules rules, TimeProvider clock) => (this.ledger, this.rules, this.clock) = (ledger, rules, clock);

    /// <summary>The rules for requests that begin now.</summary>
    public SpendingRules Rules
    {
        get => rules;
        set => rules = value;
    }

    /// <summary>
    /// Reserves the most that a request may cost. If the client does not limit the answer and the budgets have less, the answer is limited
    /// to what they have (<see cref="Hold.OutputLimit"/>).
    /// </summary>
    /// <param name="caller">Who pays; has at least one budget.</param>
    /// <param name="use">What is about to be used.</param>
    /// <param name="rules">What models cost.</param>
    /// <param name="cancellation">The client has left.</param>
    /// <exception cref="GatewayException">A budget does not allow it, or a price is not known.</exception>
    public async ValueTask<Hold> ReserveAsync(Caller caller, PlannedUse use, SpendingRules rules, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        var output = use.Bound.OutputTokens ?? (long)MostOutputTokens * use.Bound.Choices;
        var amount = MostOf(use, rules, output, day);
        if (amount is null && !rules.AllowsUnknownPrices)
            throw new GatewayException(BudgetError.OfUnknownPrice(use.Model));
        var draft = EntryOf(caller, use, use.Targets.Count > 0 ? use.Targets[0] : null, now);
        // What is left is known only to the store, which is not asked for more than a whole budget.
        var trials = use.Bound.OutputTokens is null && amount > 0 ? 2 : 0;
        for (var limit = (long?)null; ; trials--)
        {
            try
            {
                var hold = await ledger.Value.ReserveAsync(caller.Budgets, amount ?? 0, draft, isTrial: trials > 0, cancellation).ConfigureAwait(false);
                hold.OutputLimit = limit;
                return hold;
            }
            catch (BudgetException refused) when (trials > 0 && refused.Refusal is { Reason: BudgetRefusalReason.Exhausted, Budget: { } budget })
            {
                limit = OutputFor(refused.Refusal.Left ?? budget.Limit, use, rules, output, day);
                amount = MostOf(use, rules, limit.Value, day);
            }
            catch (BudgetException refused)
            {
                throw new GatewayException(BudgetError.Of(refused.Refusal, now), refused);
            }
        }
    }

    /// <summary>Settles what a request did cost, and notes it, also that of a caller without a budget. Each try that used something has an entry, and the last one.</summary>
    /// <param name="reservation">What was reserved.</param>
    /// <param name="settlement">What was used.</param>
    public void Settle(Reservation reservation, Settlement settlement)
    {
        if (reservation.Use is not { } use)
            return;
        var entries = EntriesOf(reservation.Caller, use, settlement, reservation.Rules ?? rules);
        if (reservation.Hold is { } hold)
            hold.Settle(entries[^1].Cost ?? 0, entries[^1], entries[..^1]);
        else
            ledger.Value.Note(entries);
    }

    /// <inheritdoc cref="Ledger.FindUnsent"/>
    public IReadOnlyList<LedgerEntry> FindUnsent(string requestId) => ledger.IsValueCreated ? ledger.Value.FindUnsent(requestId) : [];

    public ValueTask DisposeAsync() => ledger.IsValueCreated ? ledger.Value.DisposeAsync() : default;

    private static LedgerEntry EntryOf(Caller caller, PlannedUse use, Target? target, DateTimeOffset now) => new()
    {
        RequestId = use.RequestId,
        At = now,
        Team = caller.Team,
        Key = caller.Key,
        User = caller.User,
        Model = use.Model,
        Provider = target?.Provider,
        Target = target?.Model,
        Dialect = use.Dialect,
        Outcome = NameOf(Outcome.Failed),
        Origin = "assumed",
        Tags = caller.Tags,
    };

    private LedgerEntry[] EntriesOf(Caller caller, PlannedUse use, Settlement settlement, SpendingRules rules)
    {
        var now = clock.GetUtcNow();
        var uses = settlement.Uses;
        if (uses.Count == 0)
            return [EntryOf(caller, use, null, Usage.Absent, 0, now, settlement)];
        var entries = new List<LedgerEntry>(1);
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        for (var index = 0; index < uses.Count; index++)
        {
            var isLast = index == uses.Count - 1;
            if (!isLast && uses[index].Usage.Origin == UsageOrigin.Absent)
                continue;
            var entry = EntryOf(caller, use, uses[index].Target, uses[index].Usage, rules.CostOf(uses[index], use.Model, day), now, settlement) with { Attempt = entries.Count };
            entries.Add(isLast ? entry : entry with
            {
                Status = uses[index].Status ?? settlement.Status,
                Outcome = NameOf(Outcome.Failed),
                Milliseconds = (long)(uses[index].Elapsed ?? settlement.Elapsed).TotalMilliseconds,
            });
        }

        return [.. entries];
    }

    private static LedgerEntry EntryOf(Caller caller, PlannedUse use, Target? target, in Usage usage, long? cost, DateTimeOffset now, Settlement settlement) =>
        EntryOf(caller, use, target, now) with
        {
            Cost = cost,
            Status = settlement.Status,
            Outcome = NameOf(settlement.Outcome),
            Origin = NameOf(usage.Origin),
            Milliseconds = (long)settlement.Elapsed.TotalMilliseconds,
            InputTokens = usage.InputTotal,
            CacheReadTokens = usage.CacheRead,
            CacheWriteTokens = usage.CacheWrite,
            OutputTokens = usage.OutputTotal,
            ReasoningTokens = usage.Reasoning,
        };

    private static string NameOf(Outcome outcome) => outcome switch
    {
        Outcome.Completed => "completed",
        Outcome.ClientLeft => "clientLeft",
        _ => "failed",
    };

    private static string NameOf(UsageOrigin origin) => origin switch
    {
        UsageOrigin.Reported => "reported",
        UsageOrigin.Estimated => "estimated",
        _ => "absent",
    };

    /// <summary>The most tokens of an answer, for all choices, that may be generated for an amount.</summary>
    private static long OutputFor(long amount, PlannedUse use, SpendingRules rules, long most, DateOnly day)
    {
        var (least, beyond) = (0L, most + 1);
        while (beyond - least > 1)
        {
            var middle = least + ((beyond - least) / 2);
            (least, beyond) = MostOf(use, rules, middle, day) <= amount ? (middle, beyond) : (least, middle);
        }

        var share = Math.Min(least, Math.Max(least / PartOfRest, (long)UsualOutputTokens * use.Bound.Choices));
        return Math.Max(share, (long)LeastOutputTokens * use.Bound.Choices);
    }

    /// <summary>The highest cost at any of the targets; null if a price is not known.</summary>
    private static long? MostOf(PlannedUse use, SpendingRules rules, long output, DateOnly day)
    {
        long most = 0;
        for (var index = 0; index < use.Targets.Count; index++)
        {
            var candidates = rules.PricesOf(use.Targets[index], use.Model, day);
            if (candidates.Length == 0)
                return null;
            foreach (var price in candidates)
            {
                if (price.UpperBound(use.Bound.MostInputTokens, output) is not { } bound)
                    return null;
                most = Math.Max(most, bound);
            }
        }

        return Math.Min(most, LedgerLimits.MostAmount);
    }
}
