using System.Text;
using Dragoman.Functional.Tests.Harness;
using Dragoman.StandIn;

namespace Dragoman.Functional.Tests.Secrets;

/// <summary>A sidecar whose keys are in the stand-in vault, which it reaches as in Azure: over HTTPS, with a managed identity.</summary>
internal sealed class VaultDeployment : IAsyncDisposable
{
    private readonly ScratchDirectory directory;

    private VaultDeployment(ScratchDirectory directory, StandInVault vault, DragomanProcess emulator, DragomanProcess sidecar) =>
        (this.directory, Vault, Emulator, Sidecar) = (directory, vault, emulator, sidecar);

    /// <summary>The providers that ask for a key.</summary>
    public static IReadOnlyList<ProviderDialect> Providers { get; } = [.. ProviderDialect.All.Where(provider => provider.Configuration.Contains("apiKey", StringComparison.Ordinal))];

    public StandInVault Vault { get; }

    public DragomanProcess Emulator { get; }

    public DragomanProcess Sidecar { get; }

    /// <param name="key">The first value of each provider's key.</param>
    /// <param name="refreshSeconds">How long a value is used before the vault is asked again.</param>
    public static async Task<VaultDeployment> StartAsync(string key, double refreshSeconds)
    {
        var directory = new ScratchDirectory();
        var vault = await StandInVault.StartAsync();
        Rotate(vault, key);
        await File.WriteAllTextAsync(directory.File("vault.pem"), vault.CertificatePem);
        var emulator = await DragomanProcess.StartAsync("emulator", directory.Path);
        var providers = Providers.Select(provider =>
            provider.Entry(provider.Name, emulator.Address).Replace("\"apiKey\": \"any\"", $"\"apiKey\": \"keyvault:{provider.Name}-key\"", StringComparison.Ordinal));
        await File.WriteAllTextAsync(
            directory.File("gateway.json"),
            $$"""
            { "providers": { {{string.Join(", ", providers)}} }, "keyVault": { "uri": "{{vault.Address}}", "refreshSeconds": {{refreshSeconds}}, "verifyChallenge": false } }
            """);
        var sidecar = await DragomanProcess.StartAsync("sidecar", directory.Path, vault.VariablesWith(directory.File("vault.pem")));
        return new VaultDeployment(directory, vault, emulator, sidecar);
    }

    /// <summary>Adds a version of each provider's key to the vault.</summary>
    public void Rotate(string key) => Rotate(Vault, key);

    /// <summary>Makes the emulator accept only these keys.</summary>
    public async Task AcceptAsync(params string[] keys)
    {
        var list = string.Join(", ", Providers.SelectMany(provider => keys.Select(key => $"\"{KeyOf(provider, key)}\"")));
        using var body = new StringContent($$"""{ "keys": [{{list}}] }""", Encoding.UTF8, "application/json");
        using var answer = await Emulator.Client.PutAsync(new Uri("/__emulator/keys", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await Emulator.DisposeAsync();
        await Vault.DisposeAsync();
        directory.Dispose();
    }

    private static void Rotate(StandInVault vault, string key)
    {
        foreach (var provider in Providers)
            vault.Set($"{provider.Name}-key", KeyOf(provider, key));
    }

    private static string KeyOf(ProviderDialect provider, string key) => $"sentinel-{key}-of-{provider.Name}";
}
