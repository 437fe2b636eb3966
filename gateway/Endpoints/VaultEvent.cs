using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>An event of Azure Event Grid, as far as the gateway reads it.</summary>
/// <param name="Type">Its type, such as <see cref="NewVersion"/>.</param>
/// <param name="Vault">The name of the vault; empty in events of others.</param>
/// <param name="Secret">The name of the secret; empty in events of others.</param>
/// <param name="ExpiresAt">When the secret expires; null when the event does not say.</param>
/// <param name="ValidationCode">What must be sent back to <see cref="Validation"/>; empty in others.</param>
/// <remarks>
/// Wire facts: "Azure Key Vault as Event Grid source", "Endpoint validation with Event Grid event schema" and "CloudEvents v1.0 schema" of
/// Microsoft Learn. The pages and older events disagree about the case of the members of <c>data</c>.
/// </remarks>
internal sealed record VaultEvent(string Type, string Vault, string Secret, DateTimeOffset? ExpiresAt, string ValidationCode)
{
    public const string Validation = "Microsoft.EventGrid.SubscriptionValidationEvent";
    public const string NewVersion = "Microsoft.KeyVault.SecretNewVersionCreated";
    public const string NearExpiry = "Microsoft.KeyVault.SecretNearExpiry";
    public const string Expired = "Microsoft.KeyVault.SecretExpired";

    /// <summary>The last second of the year 9999, after which there is no date.</summary>
    private const long LatestSecond = 253_402_300_799;

    /// <summary>Reads events in the schema of Event Grid, or CloudEvents: one or a list.</summary>
    /// <exception cref="GatewayException">The body is none of these.</exception>
    public static IReadOnlyList<VaultEvent> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Exchange.DeepestJson });
            return document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray().Select(Of)] : [Of(document.RootElement)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair is found only when its text is read.
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, RequestText.EventsNotJson), error);
        }
    }

    private static VaultEvent Of(JsonElement json)
    {
        var type = TextOf(json, "eventType") is { Length: > 0 } ofEventGrid ? ofEventGrid : TextOf(json, "type");
        if (type.Length == 0)
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, RequestText.NoEventType));
        var data = Find(json, "data") ?? default;
        var isOfSecret = TextOf(data, "ObjectType").Equals("Secret", StringComparison.OrdinalIgnoreCase);
        return new(
            type,
            TextOf(data, "VaultName"),
            isOfSecret ? TextOf(data, "ObjectName") : "",
            Find(data, "EXP") is { ValueKind: JsonValueKind.Number } end && end.TryGetInt64(out var seconds) && seconds is > 0 and < LatestSecond ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
            TextOf(data, "validationCode"));
    }

    private static string TextOf(JsonElement json, string name) =>
        Find(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    private static JsonElement? Find(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var member in json.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return member.Value;
        }

        return null;
    }
}
