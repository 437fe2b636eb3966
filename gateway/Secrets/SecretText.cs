using System.Security.Cryptography;
using System.Text;

namespace Dragoman.Secrets;

/// <summary>The rule for the text of a secret: it can be sent in a header.</summary>
public static class SecretText
{
    /// <summary>Characters; most servers reject a longer header.</summary>
    public const int Longest = 8192;

    /// <summary>The secret that a variable holds, without the white space around it.</summary>
    /// <exception cref="SecretException">The secret is not valid. The message names the variable, never the value.</exception>
    public static string OfVariable(string name, string value) => Check(value.Trim(), $"environment variable {name}");

    /// <summary>Whether what somebody presents is the secret. It compares digests, so that the time tells nothing about the secret, not even its length.</summary>
    public static bool IsSame(string presented, string secret) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.ASCII.GetBytes(presented)), SHA256.HashData(Encoding.ASCII.GetBytes(secret)));

    /// <summary>Returns the secret if it is valid.</summary>
    /// <param name="secret">The value.</param>
    /// <param name="place">Where it was found; null when the configuration itself contains it.</param>
    /// <exception cref="SecretException">The secret is not valid. The message names the place, never the value.</exception>
    public static string Check(string secret, string? place)
    {
        if (ReferenceMistakeOf(secret) is { } reference)
            throw new SecretException($"{(place is null ? "" : place + " ")}{reference}");
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

    /// <summary>Why a text that leads to a secret is none; null when it does not. It would be sent to the provider as the key.</summary>
    private static string? ReferenceMistakeOf(string text)
    {
        if (SecretReference.IsReference(text))
            return "holds a reference and no secret; write the reference itself in the configuration";
        if (text.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase))
            return "holds a reference that Azure has not resolved; check its form and the rights of the app's identity, or write keyvault:NAME in the configuration";
        return text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && text.Contains(".vault.", StringComparison.OrdinalIgnoreCase) && text.Contains("/secrets/", StringComparison.OrdinalIgnoreCase)
            ? "is the address of a secret and not the secret; write keyvault:NAME, and the address of the vault in /keyVault/uri"
            : null;
    }
}
