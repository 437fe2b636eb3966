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
        BudgetRefusalReason.Exhausted => GatewayError.InWords(ErrorKind.BudgetExceeded, locale => Exhausted(refusal, locale)) with
        {
            Code = "budget_exceeded",
            RetryAfter = refusal.ResetsAt - now is { } wait && wait > TimeSpan.Zero ? wait : null,
        },
        BudgetRefusalReason.StoreAway => Later(TextId.BudgetStoreAway, "store_unavailable"),
        BudgetRefusalReason.Crowded => Later(TextId.BudgetCrowded, "budget_crowded"),
        _ => Later(TextId.Restarting, "gateway_restarting"),
    };

    /// <param name="model">The published name of a model that has no price.</param>
    public static GatewayError OfUnknownPrice(string model) =>
        GatewayError.InWords(ErrorKind.BudgetExceeded, locale => locale.Text(TextId.PriceUnknown, ("model", model))) with { Code = "price_unknown" };

    private static GatewayError Later(string text, string code) =>
        GatewayError.InWords(ErrorKind.Overloaded, locale => locale.Text(text)) with { Code = code, RetryAfter = Pause };

    private static string Exhausted(BudgetRefusal refusal, Locale locale) => locale.Text(
        TextId.BudgetExhausted,
        ("budget", NameOf(refusal.Budget!, locale)),
        ("left", LeftOf(refusal.Budget!, refusal.Left, locale)),
        ("amount", Dollars(refusal.Amount, locale)),
        ("reset", refusal.ResetsAt is { } time ? locale.Text(TextId.BudgetResets, ("time", UtcText.Of(time))) : locale.Text(TextId.BudgetNeverResets)));

    private static string NameOf(BudgetScope budget, Locale locale) => locale.Text(
        budget.Period.Kind switch
        {
            PeriodKind.Day => TextId.BudgetOfDay,
            PeriodKind.Week => TextId.BudgetOfWeek,
            PeriodKind.Month => TextId.BudgetOfMonth,
            _ => TextId.BudgetInTotal,
        },
        ("owner", OwnerOf(budget.Owner, locale)));

    private static string OwnerOf(BudgetOwner owner, Locale locale) => owner.Kind switch
    {
        BudgetOwner.TagKind when owner.Team is { } team => locale.Text(TextId.OwnerTagOfTeam, ("id", owner.Id), ("team", team)),
        BudgetOwner.TagKind => locale.Text(TextId.OwnerTag, ("id", owner.Id)),
        "team" => locale.Text(TextId.OwnerTeam, ("id", owner.Id)),
        "user" => locale.Text(TextId.OwnerUser, ("id", owner.Id)),
        "key" => locale.Text(TextId.OwnerKey, ("id", owner.Id)),
        _ => locale.Text(TextId.OwnerOrganization),
    };

    private static string LeftOf(BudgetScope budget, long? left, Locale locale) => left is { } known
        ? locale.Text(TextId.BudgetLeft, ("left", Dollars(known, locale)), ("limit", Dollars(budget.Limit, locale)))
        : locale.Text(TextId.BudgetInAll, ("limit", Dollars(budget.Limit, locale)));

    private static string Dollars(long amount, Locale locale) => locale.Dollars(Picodollars.ToDollars(amount));
}
