using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <summary>Shows a value of the configuration without credentials. A reference to a secret is shown, because it contains none.</summary>
public static class MaskedValue
{
    /// <summary>What stands for a credential.</summary>
    public const string Mask = "***";

    /// <summary>The ends of members' names whose values are credentials.</summary>
    private static readonly string[] SecretNames = ["key", "secret", "password", "token"];

    /// <summary>The value, masked.</summary>
    public static JsonNode Of(ConfigurationValue value)
    {
        if (value.Value is not JsonValue text || text.GetValueKind() != JsonValueKind.String)
            return IsSecret(value.Pointer) ? JsonValue.Create(Mask) : value.Value.DeepClone();
        return JsonValue.Create(TextOf(value.Pointer, text.GetValue<string>()));
    }

    private static string TextOf(string pointer, string text)
    {
        if (Is("/store/connection", pointer))
            return SecretReference.IsReference(text) ? text : ConnectionOf(text);
        if (Is("/budgets/webhook/url", pointer))
            return SecretReference.IsReference(text) ? text : Uri.TryCreate(text, UriKind.Absolute, out var url) ? WithoutPath(url) : Mask;
        return IsSecret(pointer) && !SecretReference.IsReference(text) ? Mask : text;
    }

    private static bool Is(string known, string pointer) => pointer.Equals(known, StringComparison.OrdinalIgnoreCase);

    private static bool IsSecret(string pointer) => Array.Exists(SecretNames, name => pointer.EndsWith(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Which store it is; anything else may be a credential.</summary>
    private static string ConnectionOf(string text)
    {
        if (text.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase))
            return text;
        var scheme = text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var end ? text[..(end + 1)] : "";
        var rest = text[scheme.Length..];
        if (rest.StartsWith("//", StringComparison.Ordinal) && Uri.TryCreate("https:" + rest, UriKind.Absolute, out var server))
            return $"{scheme}//{(server.UserInfo.Length > 0 ? Mask + "@" : "")}{server.Authority}{server.AbsolutePath}";
        if (rest.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(rest, UriKind.Absolute, out var account))
            return $"{scheme}https://{account.Authority}{account.AbsolutePath}";
        return scheme + Mask;
    }

    /// <summary>The path and the query of a webhook often are its secret.</summary>
    private static string WithoutPath(Uri url) => $"{url.Scheme}://{url.Authority}{(url.PathAndQuery.Length > 1 ? "/" + Mask : "/")}";
}
