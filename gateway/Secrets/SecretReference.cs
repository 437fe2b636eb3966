using System.Text;
using Dragoman.Startup;

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

    /// <summary>Bytes of a file that holds a secret.</summary>
    private const int LargestFile = 64 * 1024;

    /// <exception cref="SecretException">The secret is not where the reference points; names the reference, never the value.</exception>
    public static string Resolve(string reference, Func<string, string?> environment)
    {
        if (reference.StartsWith(EnvironmentScheme, StringComparison.Ordinal))
        {
            var name = reference[EnvironmentScheme.Length..];
            if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.') || name.Length == 0)
                throw new SecretException("env: must be followed by the name of an environment variable");
            if (environment(name) is { Length: > 0 } value)
                return value;
            // With a hyphen it may be the key itself, which must not be shown.
            throw new SecretException(name.Contains('-', StringComparison.Ordinal) ? "the environment variable that follows env: is not set" : $"environment variable {name} is not set");
        }

        if (reference.StartsWith(FileScheme, StringComparison.Ordinal))
        {
            var path = reference[FileScheme.Length..];
            try
            {
                return Encoding.UTF8.GetString(SmallFile.Read(path, LargestFile)).TrimStart('\ufeff').Trim() is { Length: > 0 } value ? value : throw new SecretException($"file {path} is empty");
            }
            catch (SmallFileException error)
            {
                throw new SecretException(path.Length == 0 ? "file: must be followed by the path of a file" : $"file {path} {error.Message}");
            }
        }

        if (reference.StartsWith(KeyVaultScheme, StringComparison.Ordinal))
            throw new SecretException("keyvault: references are not supported yet; use env: or file:");
        return reference;
    }
}

/// <summary>A secret could not be found.</summary>
public sealed class SecretException(string message) : Exception(message);
