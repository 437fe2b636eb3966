namespace Dragoman.Secrets;

/// <summary>
/// Where a secret is kept: <c>env:NAME</c>, <c>file:PATH</c>, or the value itself. A reference is what the
/// configuration holds; the value is fetched once, when the snapshot is made.
/// </summary>
public static class SecretReference
{
    private const string EnvironmentScheme = "env:";
    private const string FileScheme = "file:";
    private const string KeyVaultScheme = "keyvault:";

    /// <exception cref="SecretException">The secret is not where the reference points; names the reference, never the value.</exception>
    public static string Resolve(string reference, Func<string, string?> environment)
    {
        if (reference.StartsWith(EnvironmentScheme, StringComparison.Ordinal))
        {
            var name = reference[EnvironmentScheme.Length..];
            return environment(name) is { Length: > 0 } value ? value : throw new SecretException($"environment variable {name} is not set");
        }

        if (reference.StartsWith(FileScheme, StringComparison.Ordinal))
        {
            var path = reference[FileScheme.Length..];
            try
            {
                return File.ReadAllText(path).Trim() is { Length: > 0 } value ? value : throw new SecretException($"file {path} is empty");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new SecretException($"file {path} cannot be read: {error.Message}");
            }
        }

        if (reference.StartsWith(KeyVaultScheme, StringComparison.Ordinal))
            throw new SecretException("keyvault: references are not supported yet; use env: or file:");
        return reference;
    }
}

/// <summary>A secret could not be found.</summary>
public sealed class SecretException(string message) : Exception(message);
