namespace Dragoman.Attack.Attacks;

/// <summary>Every attack there is, in the order of the rows in README.md.</summary>
internal static class AllAttacks
{
    public static readonly IReadOnlyList<Attack> InOrder =
    [
        .. NameAttacks.All,
        .. LinearWorkAttacks.All,
        .. PatternAttacks.All,
        .. SecretAttacks.All,
        .. ExposureAttacks.All,
        .. StartUpAttacks.All,
        .. MemoryAttacks.All,
        .. SlowClientAttacks.All,
        .. FunctionsAttacks.All,
        .. ProviderFaultAttacks.All,
        .. LogAttacks.All,
        .. ReasoningAttacks.All,
        .. LinkAttacks.All,
        .. ProcessAttacks.All,
        .. EmulatorAttacks.All,
        .. FrontDoorAttacks.All,
        .. SmugglingAttacks.All,
        .. BrowserAttacks.All,
        .. RequestAttacks.All,
        .. WebSocketAttacks.All,
    ];
}
