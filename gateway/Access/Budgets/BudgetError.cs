using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Access.Budgets;

/// <summary>What a client is told about a budget that does not allow its request.</summary>
internal static class BudgetError
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <param name="refusal">Which budget, and why.</param>
    /// <param name="now">The time.</param>
    public static GatewayError Of(BudgetRefusal refusal, DateTimeOffset now) => refusal.Reason switch
    {
        BudgetRefusalReason.Exhausted => new(ErrorKind.BudgetExceeded, Exhausted(refusal))
        {
            Code = "budget_exceeded",
            RetryAfter = refusal.ResetsAt - now is { } wait && wait > TimeSpan.Zero ? wait : null,
        },
        BudgetRefusalReason.StoreAway => Later(BudgetText.StoreAway, "store_unavailable"),
        BudgetRefusalReason.Crowded => Later(BudgetText.Crowded, "budget_crowded"),
        _ => Later(BudgetText.Restarting, "gateway_restarting"),
    };

    /// <param name="model">The published name of a model that has no price.</param>
    public static GatewayError OfUnknownPrice(string model) => new(ErrorKind.BudgetExceeded, BudgetText.PriceUnknown(model)) { Code = "price_unknown" };

    private static GatewayError Later(Wording text, string code) => new(ErrorKind.Overloaded, text) { Code = code, RetryAfter = Pause };

    private static Wording Exhausted(BudgetRefusal refusal) => BudgetText.Exhausted(
        NameOf(refusal.Budget!),
        refusal.Left is { } left ? BudgetText.Left(Dollars(left), Dollars(refusal.Budget!.Limit)) : BudgetText.InAll(Dollars(refusal.Budget!.Limit)),
        Dollars(refusal.Amount),
        refusal.ResetsAt is { } time ? BudgetText.Resets(UtcText.Of(time)) : BudgetText.NeverResets);

    private static Wording NameOf(BudgetScope budget) => budget.Period.Kind switch
    {
        PeriodKind.Day => BudgetText.OfDay(OwnerOf(budget.Owner)),
        PeriodKind.Week => BudgetText.OfWeek(OwnerOf(budget.Owner)),
        PeriodKind.Month => BudgetText.OfMonth(OwnerOf(budget.Owner)),
        _ => BudgetText.InTotal(OwnerOf(budget.Owner)),
    };

    private static Wording OwnerOf(BudgetOwner owner) => owner.Kind switch
    {
        BudgetOwner.TagKind when owner.Team is { } team => BudgetText.OfTagOfTeam(owner.Id, team),
        BudgetOwner.TagKind => BudgetText.OfTag(owner.Id),
        "team" => BudgetText.OfTeam(owner.Id),
        "user" => BudgetText.OfUser(owner.Id),
        "key" => BudgetText.OfKey(owner.Id),
        _ => BudgetText.OfOrganization,
    };

    private static UsDollars Dollars(long amount) => new(Picodollars.ToDollars(amount));
}
