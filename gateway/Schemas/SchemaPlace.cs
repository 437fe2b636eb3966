using System.Globalization;
using System.Text.Json;

namespace Dragoman.Schemas;

/// <summary>
/// A place in a client's schema document: its JSON, and the schema that was read from it. Its JSON pointer is built only for a
/// message: names can be long, and the pointers of all schemas below a name would repeat it.
/// </summary>
internal sealed class SchemaPlace
{
    private readonly SchemaPlace? outer;
    private readonly string name;
    private Dictionary<string, SchemaPlace>? inside;
    private Dictionary<string, JsonElement>? members;
    private string? pointer;

    private SchemaPlace(SchemaPlace? outer, string name, JsonElement json)
    {
        this.outer = outer;
        this.name = name;
        Json = json;
    }

    public JsonElement Json { get; }

    /// <summary>The schema at this place; null until the place was read as one.</summary>
    public SchemaNode? Node { get; set; }

    public bool IsRoot => outer is null;

    /// <summary>The last step of the pointer, not escaped; empty for the root.</summary>
    public string Name => name;

    public static SchemaPlace Root(JsonElement json) => new(null, "", json);

    /// <summary>A place directly inside this one.</summary>
    public SchemaPlace Inside(string step, JsonElement json)
    {
        inside ??= new(StringComparer.Ordinal);
        if (!inside.TryGetValue(step, out var place))
            inside[step] = place = new SchemaPlace(this, step, json);
        return place;
    }

    public SchemaPlace Inside(int index, JsonElement json) => Inside(index.ToString(CultureInfo.InvariantCulture), json);

    /// <summary>Follows one step of a pointer; null when it leads nowhere.</summary>
    public SchemaPlace? Find(string step)
    {
        if (inside?.TryGetValue(step, out var known) == true)
            return known;
        switch (Json.ValueKind)
        {
            case JsonValueKind.Object:
                return Members().TryGetValue(step, out var member) ? Inside(step, member) : null;
            case JsonValueKind.Array:
                return int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < Json.GetArrayLength() ? Inside(step, Json[index]) : null;
            default:
                return null;
        }
    }

    public override string ToString() => pointer ??= outer is null ? "" : $"{outer}/{Escape(name)}";

    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public static string Unescape(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    /// <summary>The members by name, in a table because many references may lead into one wide object.</summary>
    private Dictionary<string, JsonElement> Members()
    {
        if (members is not null)
            return members;
        members = new(StringComparer.Ordinal);
        foreach (var member in Json.EnumerateObject())
            members[member.Name] = member.Value;
        return members;
    }
}
