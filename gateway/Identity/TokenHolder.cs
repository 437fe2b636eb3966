using System.Buffers.Text;
using System.Text.Json;

namespace Dragoman.Identity;

/// <summary>Tells whose a token is. The token itself is not shown, and its signature is not checked: it was just received.</summary>
/// <remarks>Wire facts: "Access token claims reference" of Microsoft Learn.</remarks>
internal static class TokenHolder
{
    private static readonly (string Claim, string Name)[] Shown = [("appid", "client"), ("azp", "client"), ("oid", "object"), ("tid", "tenant")];

    /// <summary>Client, object and tenant, as far as the token names them.</summary>
    public static string Of(string token)
    {
        const string Unknown = "the token does not tell whose it is";
        if (token.Split('.') is not [_, var payload, _])
            return Unknown;
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            if (claims.RootElement.ValueKind != JsonValueKind.Object)
                return Unknown;
            var parts = Shown.Select(each => (each.Name, Value: Text(claims.RootElement, each.Claim))).Where(each => each.Value is not null).Select(each => $"{each.Name} {each.Value}").ToList();
            return parts.Count == 0 ? Unknown : string.Join(", ", parts);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return Unknown;
        }
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? OneLine.Of(value.GetString()!) : null;
}
