using System.Text.Json.Nodes;
using Dragoman.Infra.Tests.Tools;

namespace Dragoman.Infra.Tests.Model;

/// <summary>The resources that the Terraform templates make, in the words of Azure's own API.</summary>
internal static class TerraformPlan
{
    /// <summary>What the mocks answer (<c>infra/terraform/tests</c>), and what a snapshot of Bicep calls the same.</summary>
    private static readonly (string Answer, string Name)[] Answers =
    [
        ("11111111-1111-1111-1111-111111111111", "<tenantId>"),
        ("22222222-2222-2222-2222-222222222222", "<principalId>"),
        ("33333333-3333-3333-3333-333333333333", "<clientId>"),
        ("happy.westeurope.azurecontainerapps.io", "<defaultDomain>"),
        ("InstrumentationKey=44444444-4444-4444-4444-444444444444", "<ConnectionString>"),
    ];

    /// <summary>The resources of a size.</summary>
    /// <param name="terraform">Plans it.</param>
    /// <param name="folder">A copy of the templates.</param>
    /// <param name="size">The size.</param>
    /// <param name="unread">Gets what the templates set and the translation does not know, so that it could not be compared.</param>
    /// <exception cref="InvalidOperationException">Terraform reports a mistake.</exception>
    public static async Task<IReadOnlyList<Resource>> ReadAsync(Terraform terraform, string folder, string size, ICollection<string> unread)
    {
        var plan = await terraform.PlanAsync(folder, size);
        var changes = plan["resource_changes"]!.AsArray().Where(change => (string?)change!["mode"] == "managed").ToList();
        var suffix = BicepPlan.SuffixOf(changes.Select(change => (string?)change!["change"]!["after"]!["name"] ?? ""));

        string Text(string text)
        {
            foreach (var (answer, name) in Answers)
                text = text.Replace(answer, name, StringComparison.Ordinal);
            return text.Replace(suffix, "SUFFIX", StringComparison.Ordinal);
        }

        var resources = new List<Resource>();
        foreach (var change in changes)
        {
            var type = (string)change!["type"]!;
            var after = change["change"]!["after"]!.AsObject();
            var read = new HashSet<string> { "resource_group_name" };
            foreach (var (azureType, name, body) in TerraformTranslation.Translate(type, new TerraformValues(after, read)))
            {
                var facts = Facts.Of(System.Text.Json.JsonSerializer.SerializeToNode(body), Text);
                resources.Add(new Resource(azureType, azureType.EndsWith("roleAssignments", StringComparison.Ordinal) ? $"{facts["properties.roleDefinitionId"]} {facts["scope"]}" : Text(name), facts));
            }

            var schema = SchemaOf(plan, type);
            foreach (var path in Set(after, schema, "").Where(path => !read.Contains(path)))
                unread.Add($"{change["address"]}: {path} is set, but not translated");
        }

        return resources;
    }

    private static JsonNode SchemaOf(JsonNode plan, string type) =>
        plan["provider_schemas"]!.AsObject().Select(provider => provider.Value!["resource_schemas"]?[type]).First(schema => schema is not null)!["block"]!;

    /// <summary>The paths of what a template set. What a provider may compute, a mock may have made up.</summary>
    private static IEnumerable<string> Set(JsonObject values, JsonNode schema, string path)
    {
        foreach (var (name, value) in values)
        {
            if (schema["attributes"]?[name] is { } attribute)
            {
                if ((bool?)attribute["computed"] != true && !IsEmpty(value))
                    yield return path + name;
            }
            else if (schema["block_types"]?[name] is { } block && value is JsonArray blocks)
            {
                for (var index = 0; index < blocks.Count; index++)
                {
                    foreach (var inner in Set(blocks[index]!.AsObject(), block["block"]!, $"{path}{name}[{index}]."))
                        yield return inner;
                }
            }
        }
    }

    private static bool IsEmpty(JsonNode? value) => value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 };
}
