namespace Dragoman.Locales;

/// <summary>The ids of the texts in the files of the locales.</summary>
public static class TextId
{
    public const string BudgetOfDay = "budget.day";
    public const string BudgetOfWeek = "budget.week";
    public const string BudgetOfMonth = "budget.month";
    public const string BudgetInTotal = "budget.total";
    public const string OwnerOrganization = "budget.owner.organization";
    public const string OwnerTeam = "budget.owner.team";
    public const string OwnerUser = "budget.owner.user";
    public const string OwnerKey = "budget.owner.key";
    public const string OwnerTag = "budget.owner.tag";
    public const string OwnerTagOfTeam = "budget.owner.tagOfTeam";
    public const string BudgetExhausted = "budget.exhausted";
    public const string BudgetLeft = "budget.left";
    public const string BudgetInAll = "budget.inAll";
    public const string BudgetResets = "budget.resets";
    public const string BudgetNeverResets = "budget.neverResets";
    public const string BudgetStoreAway = "budget.storeAway";
    public const string BudgetCrowded = "budget.crowded";
    public const string PriceUnknown = "budget.priceUnknown";
    public const string Restarting = "gateway.restarting";
    public const string DecimalSeparator = "number.decimal";
    public const string Dollars = "number.dollars";
}
