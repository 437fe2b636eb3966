namespace Dragoman.Locales;

/// <summary>What a caller reads whose budget does not allow a request.</summary>
public static class BudgetText
{
    public static Wording OfDay(Wording owner) => new("budget.ofDay", ("owner", owner));

    public static Wording OfWeek(Wording owner) => new("budget.ofWeek", ("owner", owner));

    public static Wording OfMonth(Wording owner) => new("budget.ofMonth", ("owner", owner));

    public static Wording InTotal(Wording owner) => new("budget.inTotal", ("owner", owner));

    public static Wording OfOrganization => new("budget.ofOrganization");

    public static Wording OfTeam(string id) => new("budget.ofTeam", ("id", id));

    public static Wording OfUser(string id) => new("budget.ofUser", ("id", id));

    public static Wording OfKey(string id) => new("budget.ofKey", ("id", id));

    public static Wording OfTag(string id) => new("budget.ofTag", ("id", id));

    public static Wording OfTagOfTeam(string id, string team) => new("budget.ofTagOfTeam", ("id", id), ("team", team));

    public static Wording Exhausted(Wording budget, Wording left, UsDollars amount, Wording reset) =>
        new("budget.exhausted", ("budget", budget), ("left", left), ("amount", amount), ("reset", reset));

    public static Wording Left(UsDollars left, UsDollars limit) => new("budget.left", ("left", left), ("limit", limit));

    public static Wording InAll(UsDollars limit) => new("budget.inAll", ("limit", limit));

    public static Wording Resets(string time) => new("budget.resets", ("time", time));

    public static Wording NeverResets => new("budget.neverResets");

    public static Wording StoreAway => new("budget.storeAway");

    public static Wording Crowded => new("budget.crowded");

    public static Wording PriceUnknown(string model) => new("budget.priceUnknown", ("model", model));

    public static Wording Restarting => new("budget.restarting");
}
