using System.Security.Cryptography;
using System.Text;

namespace Dragoman.Dialects.Requests;

/// <summary>Turns any tool call id into one that a provider accepts, the same for the call and its result (specs/dialects.md 0.2).</summary>
public static class ToolCallId
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Keeps an id that is <paramref name="length"/> letters and digits; hashes any other into one.</summary>
    public static string Alphanumeric(string id, int length)
    {
        if (id.Length == length && id.All(char.IsAsciiLetterOrDigit))
            return id;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        Span<char> chars = stackalloc char[length];
        for (var i = 0; i < length; i++)
            chars[i] = Alphabet[hash[i] % Alphabet.Length];
        return new string(chars);
    }
}
