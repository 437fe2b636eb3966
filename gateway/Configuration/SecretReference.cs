using System.Text;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>
/// A reference to a secret: <c>env:NAME</c>, <c>file:PATH</c>, or the value itself. The configuration file contains the
/// reference; its value is read once, together with the configuration.
/// </summary>
public static class SecretReference
{
    /// <summary>Characters; most servers reject a longer header.</summary>
    public const int Longest = 8192;

    private const string EnvironmentScheme = "env:";
    private const string FileScheme = "file:";
    private const string KeyVaultScheme = "keyvault:";

    /// <summary>The largest file with a secret, in bytes.</summary>
    private const int LargestFile = 64 * 1024;

    /// <summary>Reads the secret and checks that it can be sent in a header.</summary>
    /// <param name="reference">The reference from the configuration. White space around the value of a variable or a file is removed.</param>
    /// <param name="environment">Returns the value of a variable, or null when it is not set.</param>
    /// <exception cref="SecretException">The secret is missing or not valid. The message names the reference, never the value.</exception>
    public static string Resolve(string reference, Func<string, string?> environment)
    {
        if (reference.StartsWith(EnvironmentScheme, StringComparison.Ordinal))
        {
            var name = reference[EnvironmentScheme.Length..];
            if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.') || name.Length == 0)
                throw new SecretException("env: needs the name of a variable, such as env:MY_KEY");
            if (environment(name) is { } value)
                return OfVariable(name, value);
            // A name with a hyphen may be the key itself, which must not be shown.
            throw new SecretException(name.Contains('-', StringComparison.Ordinal) ? "the environment variable that follows env: is not set" : $"environment variable {name} is not set");
        }

        if (reference.StartsWith(FileScheme, StringComparison.Ordinal))
        {
            var path = reference[FileScheme.Length..];
            if (string.IsNullOrWhiteSpace(path))
                throw new SecretException("file: needs a path, such as file:/run/secrets/my_key");
            return Check(ReadFile(path), $"file {path}");
        }

        if (reference.StartsWith(KeyVaultScheme, StringComparison.Ordinal))
            throw new SecretException("keyvault: references are not supported yet; use env: or file:");
        return Check(reference, null);
    }

    /// <summary>Checks the secret that a variable holds.</summary>
    /// <exception cref="SecretException">The secret is not valid. The message names the variable, never the value.</exception>
    public static string OfVariable(string name, string value) => Check(value.Trim(), $"environment variable {name}");

    private static string ReadFile(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(SmallFile.Read(path, LargestFile)).TrimStart('\ufeff').Trim();
        }
        catch (SmallFileException error)
        {
            throw new SecretException($"file {path} {error.Message}");
        }
    }

    /// <param name="secret">The value.</param>
    /// <param name="place">Where it was found; null when the configuration itself contains it.</param>
    private static string Check(string secret, string? place)
    {
        var mistake = secret switch
        {
            "" => "is empty",
            { Length: > Longest } => $"is longer than {Longest} characters",
            _ when secret.AsSpan().ContainsAnyExceptInRange(' ', '~') => "holds a line end, a control character or a character beyond ASCII",
            [' ', ..] or [.., ' '] => "begins or ends with a blank",
            _ => null,
        };
        return mistake is null
            ? secret
            : throw new SecretException($"{(place is null ? "" : place + " ")}{mistake}; allowed: 1 to {Longest} visible ASCII characters, as the provider shows the key");
    }
}
