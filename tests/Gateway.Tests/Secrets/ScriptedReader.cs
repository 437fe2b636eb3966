using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Secrets;

/// <summary>Hands out a secret as a test specifies, and counts how often it is asked.</summary>
internal sealed class ScriptedReader : ISecretReader
{
    private readonly ManualTimeProvider clock;
    private int reads;

    public ScriptedReader(ManualTimeProvider clock, string value)
    {
        this.clock = clock;
        Answer = _ => Task.FromResult(value);
    }

    public int Reads => Volatile.Read(ref reads);

    public Func<CancellationToken, Task<string>> Answer { get; set; }

    /// <summary>A reference to the newest version of a secret in a vault.</summary>
    public static SecretReference Reference(string name = "key", Uri? vault = null, int refreshSeconds = 3600) =>
        SecretReference.Read($"keyvault:{name}", _ => null, new KeyVaultSettings(vault ?? new("https://name.vault.azure.net"), TimeSpan.FromSeconds(refreshSeconds), VerifiesChallenge: false));

    /// <summary>The secret that this reader reads.</summary>
    public RotatingSecret ToSecret(RecordedLog? log = null) =>
        new(Reference(), this, SecretPace.OfVault(TimeSpan.FromHours(1)), clock, () => log ?? new RecordedLog(), CancellationToken.None);

    public Task<string> ReadAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref reads);
        return Answer(cancellation);
    }
}
