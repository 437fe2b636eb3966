using Dragoman.Identity;

namespace Dragoman.Configuration;

/// <summary>Everything that an operator can set, read and checked. Immutable; a reload creates a new one.</summary>
public sealed record GatewayConfiguration(
    IReadOnlyList<ProviderSettings> Providers,
    IReadOnlyList<ModelSettings> Models,
    AccessSettings Access,
    LimitSettings Limits)
{
    /// <summary>The store of teams, keys and the audit log; null when none is configured and none is needed. It may contain a password and is never logged.</summary>
    public string? StoreConnection { get; init; }

    /// <summary>How the process proves to Microsoft Entra ID who it is.</summary>
    public IdentitySettings Identity { get; init; } = IdentitySettings.Default;

    /// <summary>Whose events about secrets are accepted; null when there is no vault.</summary>
    public VaultEventSettings? VaultEvents { get; init; }

    /// <summary>Where prices come from.</summary>
    public PriceSettings Prices { get; init; } = PriceSettings.Default;

    /// <summary>How budgets are kept.</summary>
    public BudgetPolicy Budgets { get; init; } = new(Journal: "journal");

    /// <summary>What answers tell besides what the provider says.</summary>
    public AnswerSettings Answers { get; init; } = AnswerSettings.Default;

    /// <summary>Lines for the operator at the start, such as which providers are on although nothing is configured.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
