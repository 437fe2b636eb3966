using System.Text.Json.Serialization;

namespace Dragoman.Cli.Credentials;

/// <summary>What a login leaves behind for one gateway: a key, or the tokens of an issuer.</summary>
internal sealed record StoredCredential
{
    /// <summary>The key; null after a login at an issuer.</summary>
    public string? Key { get; init; }

    /// <summary>The issuer's address, to renew the token.</summary>
    public string? Issuer { get; init; }

    public string? ClientId { get; init; }

    public string? Scope { get; init; }

    public string? AccessToken { get; init; }

    /// <summary>Null when the issuer gave none.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>When <see cref="AccessToken"/> ends; null when the issuer did not say.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>No part of a credential may get into a message by accident.</summary>
    public override string ToString() => nameof(StoredCredential);
}

/// <summary>The JSON of credentials.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredCredential))]
[JsonSerializable(typeof(SortedDictionary<string, StoredCredential>))]
internal sealed partial class CredentialJson : JsonSerializerContext;
