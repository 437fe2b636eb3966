using Dragoman.Identity;
using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <summary>Everything that an operator can set, read and checked. Immutable; a reload creates a new one.</summary>
public sealed record GatewayConfiguration(
    IReadOnlyList<ProviderSettings> Providers,
    IReadOnlyList<ModelSettings> Models,
    AccessSettings Access,
    LimitSettings Limits)
{
    /// <summary>The store of teams, keys and the audit log; null when none is configured and none is needed. It may contain a password.</summary>
    public SecretReference? StoreConnection { get; init; }

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

    /// <summary>Whether no provider is turned on, so that the emulator is expected at its usual address.</summary>
    public bool HasNoProvider { get; init; }

    /// <summary>Lines for the operator at the start, such as which providers are on although nothing is configured.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>What files and variables say, with the origin of each value.</summary>
    public ConfigurationValues Values { get; init; } = ConfigurationValues.None;

    /// <summary>Where it was read from; null if it cannot be read again.</summary>
    public ConfigurationSource? Source { get; init; }

    /// <summary>The state of its files when they were read; see <see cref="ConfigurationSource.Look"/>.</summary>
    public string State { get; init; } = "";

    /// <summary>The state of <see cref="OtherFiles"/> when they were read.</summary>
    public string OtherState { get; init; } = "";

    /// <summary>The files that it was read from besides its own.</summary>
    public IEnumerable<string> OtherFiles => Prices.File is { } file ? [file] : [];
}
