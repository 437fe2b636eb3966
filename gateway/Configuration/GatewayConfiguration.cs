namespace Dragoman.Configuration;

/// <summary>All that an operator can set, read and checked. Immutable; a reload makes a new one.</summary>
public sealed record GatewayConfiguration(
    IReadOnlyList<ProviderSettings> Providers,
    IReadOnlyList<ModelSettings> Models,
    AccessSettings Access,
    LimitSettings Limits)
{
    /// <summary>For the operator, at start: what was switched on without being asked for, or could not be.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
