using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>What files and variables say together, with the origin of each value. Immutable.</summary>
public sealed class ConfigurationValues
{
    /// <summary>Of a configuration that has no text.</summary>
    public static readonly ConfigurationValues None = new([], static _ => ValueOrigin.Default);

    private readonly JsonObject root;
    private readonly Func<string, ValueOrigin> originOf;

    /// <param name="root">All values. It is not changed any more.</param>
    /// <param name="originOf">The origin of a value that is given, by its pointer.</param>
    internal ConfigurationValues(JsonObject root, Func<string, ValueOrigin> originOf) => (this.root, this.originOf) = (root, originOf);

    /// <summary>The origin of a value.</summary>
    /// <param name="pointer">Its pointer.</param>
    public ValueOrigin OriginOf(string pointer) => At(pointer) is null ? ValueOrigin.Default : originOf(pointer);

    /// <summary>All values that are given, in the order of the files.</summary>
    public IEnumerable<ConfigurationValue> Given() => Below(root, "").Select(each => new ConfigurationValue(each.Pointer, each.Node, originOf(each.Pointer)));

    /// <summary>The pointers of what was added, removed or changed. An object that is new or gone as a whole has one pointer.</summary>
    /// <param name="before">The earlier values.</param>
    public IReadOnlyList<string> ChangesFrom(ConfigurationValues before)
    {
        var changes = new List<string>();
        Compare(before.root, root, "", changes);
        return changes;
    }

    /// <summary>Whether a value differs from that of another configuration.</summary>
    internal bool Differs(ConfigurationValues other, string pointer) => !JsonNode.DeepEquals(At(pointer), other.At(pointer));

    /// <summary>The value at a pointer; null if there is none.</summary>
    internal JsonNode? At(string pointer)
    {
        JsonNode? node = root;
        foreach (var segment in pointer.Split('/').Skip(1))
            node = (node as JsonObject)?[Unescape(segment)];
        return node;
    }

    /// <summary>The name of a member that a pointer has escaped (RFC 6901).</summary>
    internal static string Unescape(string segment) => segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static IEnumerable<(string Pointer, JsonNode Node)> Below(JsonObject members, string pointer)
    {
        foreach (var (name, value) in members)
        {
            var at = $"{pointer}/{ConfigurationText.Escape(name)}";
            if (value is JsonObject inner)
            {
                foreach (var each in Below(inner, at))
                    yield return each;
            }
            else if (value is not null)
            {
                yield return (at, value);
            }
        }
    }

    private static void Compare(JsonObject before, JsonObject after, string pointer, List<string> changes)
    {
        foreach (var (name, value) in before)
        {
            if (!after.ContainsKey(name))
                CompareMember(value, null, $"{pointer}/{ConfigurationText.Escape(name)}", changes);
        }

        foreach (var (name, value) in after)
            CompareMember(before[name], value, $"{pointer}/{ConfigurationText.Escape(name)}", changes);
    }

    private static void CompareMember(JsonNode? before, JsonNode? after, string pointer, List<string> changes)
    {
        // A section that is new as a whole is told by its entries.
        var isSection = pointer.LastIndexOf('/') == 0;
        if ((before is JsonObject || (before is null && isSection)) && (after is JsonObject || (after is null && isSection)) && (before ?? after) is JsonObject)
            Compare(before as JsonObject ?? [], after as JsonObject ?? [], pointer, changes);
        else if (!JsonNode.DeepEquals(before, after))
            changes.Add(pointer);
    }
}
