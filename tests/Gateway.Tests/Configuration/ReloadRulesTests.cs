using System.Text.Json;
using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Configuration;

public class ReloadRulesTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "gateway.schema.json"))).RootElement;

    [Fact]
    public void The_schema_says_of_each_member_whether_a_reload_reaches_it()
    {
        var members = Members(Schema, "").DistinctBy(static each => each.Pointer).ToList();
        Assert.True(members.Count > 100);
        Assert.Equal(
            members.Select(static each => $"{each.Pointer} {(ReloadRules.NeedsRestart(each.Pointer) ? "restart" : "live")}"),
            members.Select(static each => $"{each.Pointer} {(each.Schema.TryGetProperty("x-reload", out var word) ? word.GetString() : "nothing")}"));
        // A rule that reaches nothing would be a typing error.
        Assert.All(ReloadRules.NeedingRestart, pointer => Assert.Contains(members, each => each.Pointer == pointer));
    }

    [Fact]
    public void The_page_of_the_configuration_lists_all_that_needs_a_restart()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));
        var table = page[page.IndexOf("| why it needs a restart |", StringComparison.Ordinal)..].Split("\n\n")[0];
        var told = table.Split('\n').Skip(2).SelectMany(static row => row.Split('|')[1].Split(',')).Select(static each => "/" + each.Trim(' ', '`').Replace('.', '/'));
        Assert.Equal(ReloadRules.NeedingRestart.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    /// <summary>The members of an object, and of the objects in it. A name that the operator chooses, and the index of an item, is <c>*</c>.</summary>
    private static IEnumerable<(string Pointer, JsonElement Schema)> Members(JsonElement schema, string pointer)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            foreach (var each in Members(reference.GetString()!.Split('/').Skip(1).Aggregate(Schema, static (element, name) => element.GetProperty(name)), pointer))
                yield return each;
        }

        foreach (var (name, below) in Children(schema))
        {
            if (name != "*")
                yield return ($"{pointer}/{name}", below);
            foreach (var each in Members(below, $"{pointer}/{name}"))
                yield return each;
        }

        if (schema.TryGetProperty("anyOf", out var alternatives))
        {
            foreach (var each in alternatives.EnumerateArray().SelectMany(alternative => Members(alternative, pointer)))
                yield return each;
        }
    }

    private static IEnumerable<(string Name, JsonElement Schema)> Children(JsonElement schema)
    {
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
                yield return (property.Name, property.Value);
        }

        foreach (var name in new[] { "additionalProperties", "items" })
        {
            if (schema.TryGetProperty(name, out var others) && others.ValueKind == JsonValueKind.Object)
                yield return ("*", others);
        }
    }
}
