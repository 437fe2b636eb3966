using System.Text.Json.Nodes;

namespace Dragoman.StandIn;

/// <summary>A version of a secret at the stand-in vault.</summary>
/// <param name="Version">Its id, 32 hexadecimal digits.</param>
/// <param name="Value">Its value.</param>
/// <param name="CreatedOn">When it was added.</param>
public sealed record StandInSecret(string Version, string Value, DateTimeOffset CreatedOn)
{
    public bool IsEnabled { get; set; } = true;

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? ExpiresOn { get; set; }

    /// <summary>The version as the vault sends it.</summary>
    /// <param name="id">Its address.</param>
    /// <param name="hasValue">Whether the value is shown; a list has none.</param>
    internal JsonObject ToJson(string id, bool hasValue)
    {
        var attributes = new JsonObject
        {
            ["enabled"] = IsEnabled,
            ["created"] = CreatedOn.ToUnixTimeSeconds(),
            ["updated"] = CreatedOn.ToUnixTimeSeconds(),
            ["recoveryLevel"] = "Recoverable+Purgeable",
            ["recoverableDays"] = 90,
        };
        if (NotBefore is { } start)
            attributes["nbf"] = start.ToUnixTimeSeconds();
        if (ExpiresOn is { } end)
            attributes["exp"] = end.ToUnixTimeSeconds();
        var json = new JsonObject { ["id"] = id, ["attributes"] = attributes };
        if (hasValue)
            json["value"] = Value;
        return json;
    }
}
