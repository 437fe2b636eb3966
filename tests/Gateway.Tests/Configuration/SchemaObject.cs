using System.Text.Json;

namespace Dragoman.Gateway.Tests.Configuration;

/// <summary>An object of the configuration with fixed members, as the published schema describes it.</summary>
/// <param name="Pointer">Its JSON pointer, with <c>NAME</c> for a name that the operator chooses and <c>N</c> for an index.</param>
/// <param name="Description">What it is for.</param>
internal sealed record SchemaObject(string Pointer, string Description)
{
    private static readonly JsonElement Schema = JsonElement.Parse(File.ReadAllText(FilePath));

    /// <summary>All of them, the outer ones first. One that the schema uses in several places is here once, with its first place.</summary>
    public static IReadOnlyList<SchemaObject> All { get; } = ReadAll();

    public static string FilePath => Path.Combine(Repository.Root, "docs", "gateway.schema.json");

    /// <summary>The definitions that members refer to.</summary>
    public static JsonElement Definitions => Schema.GetProperty("$defs");

    public List<SchemaMember> Members { get; } = [];

    private static List<SchemaObject> ReadAll()
    {
        var all = new List<SchemaObject>();
        var known = new Dictionary<string, string>();
        Read("", Schema, Schema, Text(Schema, "x-since")!, Text(Schema, "x-reload"));
        return all;

        void Read(string pointer, JsonElement node, JsonElement outer, string since, string? reload)
        {
            var self = new SchemaObject(pointer, Text(outer, "description") ?? Text(node, "description") ?? "");
            all.Add(self);
            HashSet<string> required = node.TryGetProperty("required", out var names) ? [.. names.EnumerateArray().Select(static name => name.GetString()!)] : [];
            foreach (var property in node.GetProperty("properties").EnumerateObject())
            {
                var (own, target) = (property.Value, Follow(property.Value));
                var member = new SchemaMember($"{pointer}/{property.Name}", own, target, required.Contains(property.Name))
                {
                    Since = Text(own, "x-since") ?? Text(target, "x-since") ?? since,
                    Reload = Text(own, "x-reload") ?? Text(target, "x-reload") ?? reload,
                };
                self.Members.Add(member);
                if (ObjectIn(own, member.Pointer) is { } below)
                {
                    // What the schema defines once is described once.
                    var place = below.Reference is { } reference && !known.TryAdd(reference, below.Pointer) ? known[reference] : below.Pointer;
                    member.Below = place;
                    if (place == below.Pointer)
                        Read(place, below.Node, own, member.Since, member.Reload);
                }
            }
        }
    }

    /// <summary>The object with fixed members that a value is or contains.</summary>
    private static (string Pointer, JsonElement Node, string? Reference)? ObjectIn(JsonElement node, string pointer, string? reference = null)
    {
        reference = Text(node, "$ref") ?? reference;
        var target = Follow(node);
        if (target.TryGetProperty("properties", out _))
            return (pointer, target, reference);
        if (target.TryGetProperty("anyOf", out var choices))
            return choices.EnumerateArray().Select(choice => ObjectIn(choice, pointer, reference)).FirstOrDefault(static found => found is not null);
        if (target.TryGetProperty("items", out var items))
            return ObjectIn(items, pointer + "/N");
        return target.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object ? ObjectIn(values, pointer + "/NAME") : null;
    }

    /// <summary>The definition that a node refers to, else the node itself.</summary>
    internal static JsonElement Follow(JsonElement node) =>
        Text(node, "$ref") is { } reference ? Follow(Definitions.GetProperty(reference[(reference.LastIndexOf('/') + 1)..])) : node;

    internal static string? Text(JsonElement node, string keyword) => node.TryGetProperty(keyword, out var value) ? value.GetString() : null;
}
