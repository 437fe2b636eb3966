using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Answers;

/// <summary>Reads a provider's count of a prompt's tokens.</summary>
internal static class TokenCountReader
{
    /// <param name="body">The whole answer.</param>
    /// <param name="member">The member of its object with the count.</param>
    /// <exception cref="GatewayException">The answer has no such count.</exception>
    public static long Read(ReadOnlyMemory<byte> body, ReadOnlySpan<byte> member)
    {
        JsonException? malformed = null;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } counted && counted.TryGetProperty(member, out var count)
                && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out var tokens))
                return tokens;
        }
        catch (JsonException error)
        {
            malformed = error;
        }

        throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.NoCount), malformed);
    }
}
