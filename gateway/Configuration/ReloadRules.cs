namespace Dragoman.Configuration;

/// <summary>What a reload reaches. A test compares it with <c>x-reload</c> in docs/gateway.schema.json.</summary>
public static class ReloadRules
{
    /// <summary>
    /// The pointers of what only a restart changes: ports, the kind of access, and what keeps counts, leases or connections to a store
    /// for the whole life of a process. All else is live at once, for the requests that begin after a reload.
    /// </summary>
    public static readonly IReadOnlyList<string> NeedingRestart =
    [
        "/access/mode",
        "/access/adminPort",
        "/access/waitingRoom",
        "/access/issuers",
        "/identity",
        "/limits/memoryBytes",
        "/store",
        "/budgets/journal",
        "/budgets/storeAway",
        "/budgets/entriesDays",
        "/budgets/webhook",
    ];

    /// <summary>Whether only a restart changes a value.</summary>
    /// <param name="pointer">The pointer of the value.</param>
    public static bool NeedsRestart(string pointer) =>
        NeedingRestart.Any(each => pointer.Equals(each, StringComparison.OrdinalIgnoreCase) || pointer.StartsWith(each + "/", StringComparison.OrdinalIgnoreCase));
}
