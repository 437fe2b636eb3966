using System.Globalization;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Access.Budgets;

/// <summary>What a client is told about a budget that does not allow its request.</summary>
internal static class BudgetError
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <param name="refusal">Which budget, and why.</param>
    /// <param name="now">The time.</param>
    public static GatewayError Of(BudgetRefusal refusal, DateTimeOffset now) => refusal.Reason switch
    {
        BudgetRefusalReason.Exhausted => new(ErrorKind.BudgetExceeded, $"{NameOf(refusal.Budget!)} does not allow the request: {LeftOf(refusal.Budget!, refusal.Left)}, and the request may cost up to {Dollars(refusal.Amount)}. {Reset(refusal.ResetsAt)} A request that limits the tokens of its answer may cost less.")
        {
            Code = "budget_exceeded",
            RetryAfter = refusal.ResetsAt - now is { } wait && wait > TimeSpan.Zero ? wait : null,
        },
        BudgetRefusalReason.StoreAway => new(ErrorKind.Overloaded, "The gateway cannot tell what is left of the budget at the moment, because its store does not answer.") { Code = "store_unavailable", RetryAfter = Pause },
        BudgetRefusalReason.Crowded => new(ErrorKind.Overloaded, "Too many requests wait for what is left of the budget.") { Code = "budget_crowded", RetryAfter = Pause },
        _ => new(ErrorKind.Overloaded, "The gateway is restarting.") { Code = "gateway_restarting", RetryAfter = Pause },
    };

    private static string NameOf(BudgetScope budget) => $"T{budget.ToString().AsSpan(1)}";

    private static string LeftOf(BudgetScope budget, long? left) =>
        left is { } known ? $"{Dollars(known)} of {Dollars(budget.Limit)} are left" : $"it is {Dollars(budget.Limit)} in all";

    private static string Reset(DateTimeOffset? at) => at is { } time
        ? $"The budget begins anew at {UtcText.Of(time)}."
        : "The budget does not begin anew.";

    private static string Dollars(long amount) => $"${Picodollars.ToDollars(amount).ToString("0.00####", CultureInfo.InvariantCulture)}";
}
