namespace Dragoman.Cli.Credentials;

/// <summary>Keeps credentials in the keyring of the operating system, or in a file when there is none.</summary>
internal sealed class CredentialStore(CliContext context)
{
    private readonly Keyring? keyring = Keyring.Find(context);
    private readonly CredentialFile file = CredentialFile.Of(context);

    /// <summary>The credential for a gateway; null when there is none.</summary>
    /// <exception cref="CliFailure">The file cannot be read, or others may read it.</exception>
    public async Task<StoredCredential?> LoadAsync(string gateway, CancellationToken cancellation) =>
        (keyring is null ? null : await keyring.LoadAsync(gateway, cancellation).ConfigureAwait(false)) ?? file.Load(gateway);

    /// <returns>Where it is kept.</returns>
    /// <exception cref="CliFailure">It cannot be kept.</exception>
    public async Task<string> SaveAsync(string gateway, StoredCredential credential, CancellationToken cancellation)
    {
        if (keyring is not null && await keyring.TrySaveAsync(gateway, credential, cancellation).ConfigureAwait(false))
        {
            file.Remove(gateway);
            return "the keyring of the operating system";
        }

        file.Save(gateway, credential);
        return file.Path;
    }

    /// <returns>Whether there was one.</returns>
    /// <exception cref="CliFailure">The file cannot be written.</exception>
    public async Task<bool> RemoveAsync(string gateway, CancellationToken cancellation)
    {
        var wasInKeyring = keyring is not null && await keyring.RemoveAsync(gateway, cancellation).ConfigureAwait(false);
        return file.Remove(gateway) || wasInKeyring;
    }
}
