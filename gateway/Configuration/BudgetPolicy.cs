namespace Dragoman.Configuration;

/// <summary>How budgets are kept (docs/budgets.md).</summary>
/// <param name="Journal">The folder for what the store does not know yet, on a disk of this machine.</param>
/// <param name="AllowsUnknownPrices">Whether a model whose price is not known may be used under a budget. It is charged nothing, and its entries have no cost.</param>
/// <param name="ServesWithoutStore">Whether requests are served while the store does not answer and nothing is left of what the process has leased.</param>
public sealed record BudgetPolicy(string Journal, bool AllowsUnknownPrices = false, bool ServesWithoutStore = false)
{
    /// <summary>A year and a month.</summary>
    public const int UsualEntriesDays = 400;

    public const int MostEntriesDays = 36_500;

    /// <summary>How many days the ledger keeps what a request did cost.</summary>
    public int EntriesDays { get; init; } = UsualEntriesDays;

    /// <summary>Who is told about budgets that warn or refuse; null for nobody.</summary>
    public BudgetWebhookSettings? Webhook { get; init; }
}
