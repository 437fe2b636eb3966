using System.Diagnostics.Metrics;

namespace Dragoman.Secrets;

/// <summary>The metrics of secrets. Without an exporter nothing listens, and counting costs nothing.</summary>
internal static class SecretMetrics
{
    private static readonly Meter Meter = new("Dragoman");

    private static readonly Counter<long> Calls = Meter.CreateCounter<long>(
        "dragoman.secrets.vault_calls",
        unit: "{call}",
        description: "Calls to the key vault, by what became of them.");

    /// <summary>Counts a call to the vault.</summary>
    /// <param name="fault">Why it failed; null when it succeeded.</param>
    public static void CountCall(SecretFault? fault) => Calls.Add(1, new KeyValuePair<string, object?>("dragoman.outcome", OutcomeOf(fault)));

    /// <summary>Reports how old the values of a store's secrets are, for as long as the store exists.</summary>
    public static void Observe(SecretStore store)
    {
        var observed = new WeakReference<SecretStore>(store);
        Meter.CreateObservableGauge<double>(
            "dragoman.secrets.age",
            () => observed.TryGetTarget(out var secrets) ? secrets.Ages() : [],
            unit: "s",
            description: "How long ago the value of a secret was read. It grows beyond the lifetime while the vault is away.");
    }

    private static string OutcomeOf(SecretFault? fault) => fault switch
    {
        null => "ok",
        SecretFault.Missing => "missing",
        SecretFault.Disabled => "disabled",
        SecretFault.Expired => "expired",
        SecretFault.NotYetValid => "not_yet_valid",
        SecretFault.Forbidden => "forbidden",
        SecretFault.Unauthenticated => "unauthenticated",
        SecretFault.NoIdentity => "no_identity",
        SecretFault.Throttled => "throttled",
        SecretFault.Unreachable => "unreachable",
        SecretFault.TimedOut => "timed_out",
        SecretFault.Redirected => "redirected",
        SecretFault.Challenge => "challenge",
        SecretFault.Malformed => "malformed",
        SecretFault.Failed => "failed",
        _ => "invalid",
    };
}
