using System.Text.Json.Nodes;

namespace Dragoman.Infra.Tests.Model;

/// <summary>The resources that the Bicep templates make.</summary>
internal static class BicepPlan
{
    /// <summary>The resources of a snapshot.</summary>
    public static async Task<IReadOnlyList<Resource>> ReadAsync(string snapshot)
    {
        var predicted = JsonNode.Parse(await File.ReadAllTextAsync(snapshot))!["predictedResources"]!.AsArray();
        var suffix = SuffixOf(predicted.Select(resource => (string?)resource!["name"] ?? ""));
        return [.. predicted.SelectMany(resource => Read(resource!.AsObject(), suffix))];
    }

    /// <summary>What makes names unique, taken from the vault's; each language makes its own.</summary>
    internal static string SuffixOf(IEnumerable<string> names) =>
        names.FirstOrDefault(name => name.StartsWith("kv-", StringComparison.Ordinal))?.Split('-')[^1] ?? "no vault";

    private static IEnumerable<Resource> Read(JsonObject predicted, string suffix)
    {
        string Text(string text) => ArmExpression.Evaluate(text).Replace(suffix, "SUFFIX", StringComparison.Ordinal);

        var id = (string)predicted["id"]!;
        var type = (string)predicted["type"]!;
        var name = Text((string)predicted["name"]!).Split('/')[^1];
        var body = predicted.DeepClone().AsObject();
        foreach (var member in (string[])["id", "type", "name", "apiVersion", "dependsOn"])
            body.Remove(member);
        switch (type)
        {
            // The service has nothing of its own; its containers are resources.
            case "Microsoft.Storage/storageAccounts/blobServices":
                return [];
            case "Microsoft.Authorization/roleAssignments" or "Microsoft.Insights/diagnosticSettings":
                body["scope"] = ArmExpression.ScopeOf(id);
                break;
            case "Microsoft.Network/virtualNetworks":
                return Network(body, name, Text);
        }

        var facts = Facts.Of(body, Text);
        return [new Resource(type, type.EndsWith("roleAssignments", StringComparison.Ordinal) ? $"{facts["properties.roleDefinitionId"]} {facts["scope"]}" : name, facts)];
    }

    /// <summary>In Bicep the subnets are part of the network, because a deployment would remove those that are not.</summary>
    private static IEnumerable<Resource> Network(JsonObject body, string name, Func<string, string> text)
    {
        var subnets = body["properties"]!["subnets"]!.AsArray();
        body["properties"]!.AsObject().Remove("subnets");
        yield return new Resource("Microsoft.Network/virtualNetworks", name, Facts.Of(body, text));
        foreach (var subnet in subnets)
        {
            yield return new Resource(
                "Microsoft.Network/virtualNetworks/subnets", (string)subnet!["name"]!,
                Facts.Of(new JsonObject { ["properties"] = subnet["properties"]!.DeepClone() }, text));
        }
    }
}
