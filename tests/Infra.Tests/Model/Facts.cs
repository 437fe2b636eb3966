using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dragoman.Infra.Tests.Model;

/// <summary>Flattens a resource to comparable values.</summary>
internal static partial class Facts
{
    /// <summary>The values of a node by their path.</summary>
    /// <param name="node">The resource.</param>
    /// <param name="text">Makes a text comparable: replaces what differs from deployment to deployment.</param>
    public static SortedDictionary<string, string> Of(JsonNode? node, Func<string, string> text)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(facts, "", node, text);
        return facts;
    }

    /// <summary>The last type of a resource's id, such as <c>Microsoft.Network/virtualNetworks/subnets</c>, as a reference; other texts unchanged.</summary>
    public static string Reference(string text)
    {
        if (RoleDefinition().Match(text) is { Success: true } role)
            return $"role {role.Groups[1].Value}";
        if (ResourceId().Match(text) is not { Success: true } id)
            return text;
        // Type and name take turns; of a child only the type matters.
        var segments = id.Groups[2].Value.Split('/');
        return $"-> {id.Groups[1].Value}/{string.Join('/', segments.Where((_, index) => index % 2 == 0))}".ToLowerInvariant();
    }

    private static void Add(SortedDictionary<string, string> facts, string path, JsonNode? node, Func<string, string> text)
    {
        switch (node)
        {
            // Identities are the names of empty members.
            case JsonObject identities when path.EndsWith("userAssignedIdentities", StringComparison.Ordinal):
                facts[path] = string.Join(", ", identities.Select(identity => Reference(identity.Key)).Order(StringComparer.Ordinal));
                break;
            case JsonObject members:
                foreach (var (name, value) in members)
                    Add(facts, path.Length == 0 ? Reference(name) : $"{path}.{Reference(name)}", value, text);
                break;
            case JsonArray elements:
                AddElements(facts, path, elements, text);
                break;
            case JsonValue value:
                facts[path] = value.GetValueKind() switch
                {
                    System.Text.Json.JsonValueKind.Number => value.GetValue<decimal>().ToString("0.####", CultureInfo.InvariantCulture),
                    System.Text.Json.JsonValueKind.String => Canonical(text(value.GetValue<string>())),
                    _ => value.ToJsonString(),
                };
                break;
        }
    }

    private static void AddElements(SortedDictionary<string, string> facts, string path, JsonArray elements, Func<string, string> text)
    {
        if (elements.All(element => element is JsonValue))
        {
            if (elements.Count > 0)
                facts[path] = string.Join(", ", elements.Select(element => Canonical(text(element!.ToString()))).Order(StringComparer.Ordinal));
            return;
        }

        var index = 0;
        foreach (var element in elements)
        {
            var name = element is JsonObject named ? (string?)(named["name"] ?? named["type"] ?? named["category"]) : null;
            Add(facts, $"{path}[{name ?? index.ToString(CultureInfo.InvariantCulture)}]", element, text);
            index++;
        }
    }

    /// <summary>A text that is itself JSON is compared as such: one language sorts the members, the other keeps their order.</summary>
    private static string Canonical(string text)
    {
        if (text is not ['[' or '{', ..])
            return Reference(text);
        try
        {
            return string.Join("; ", Of(JsonNode.Parse(text), each => each).Select(fact => $"{fact.Key}={fact.Value}"));
        }
        catch (System.Text.Json.JsonException)
        {
            return text;
        }
    }

    [GeneratedRegex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/([^/]+)/(.+)$")]
    private static partial Regex ResourceId();

    [GeneratedRegex("/providers/Microsoft.Authorization/roleDefinitions/([0-9a-f-]{36})$")]
    private static partial Regex RoleDefinition();
}
