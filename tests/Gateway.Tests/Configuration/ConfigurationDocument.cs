using System.Globalization;
using System.Text;
using System.Text.Json;
using Dragoman.Documents;

namespace Dragoman.Gateway.Tests.Configuration;

/// <summary>Writes the schema for people: the list of all members in docs/configuration.md.</summary>
internal static class ConfigurationDocument
{
    public static readonly string FilePath = Path.Combine(Repository.Root, "docs", "configuration.md");

    private const string None = "none";

    private static readonly bool TellsReload = SchemaObject.All.Any(static each => each.Members.Any(static member => member.Reload is not null));

    /// <summary>The section of all members.</summary>
    public static string Write() => string.Join('\n', SchemaObject.All.Select(WriteObject)).TrimEnd('\n');

    private static string WriteObject(SchemaObject each)
    {
        var text = new StringBuilder($"### {(each.Pointer.Length == 0 ? "Top level" : MarkdownTable.Code(each.Pointer))}\n\n");
        if (each.Description.Length > 0)
            text.Append(MarkdownTable.Text(each.Description)).Append("\n\n");
        string[] titles = ["member", "meaning", "allowed", "default", "example", "since", .. TellsReload ? ["changed by"] : Array.Empty<string>()];
        return text.Append(MarkdownTable.Of(titles, Rows(each.Members))).ToString();
    }

    /// <summary>A row for each member. Neighbors of which nothing is said but what their common definition says share one.</summary>
    private static IEnumerable<IReadOnlyList<string>> Rows(IEnumerable<SchemaMember> members)
    {
        var (names, shared) = (new List<string>(), (IReadOnlyList<string>)[]);
        foreach (var member in members)
        {
            var cells = WriteMember(member);
            if (names.Count > 0 && (member.HasOwnMeaning || !cells.SequenceEqual(shared)))
            {
                yield return [string.Join(", ", names), .. shared];
                names.Clear();
            }

            names.Add(MarkdownTable.Code(member.Name));
            shared = cells;
        }

        yield return [string.Join(", ", names), .. shared];
    }

    private static IReadOnlyList<string> WriteMember(SchemaMember member) =>
    [
        MarkdownTable.Text(member.Meaning),
        AllowedFor(member),
        DefaultOf(member),
        member.Example is { } example ? MarkdownTable.Code(Plain(example)) : "",
        member.Since,
        .. TellsReload ? [member.Reload == SchemaMember.Restart ? "restart" : "reload"] : Array.Empty<string>(),
    ];

    private static string DefaultOf(SchemaMember member)
    {
        if (member.IsRequired)
            return "required";
        if (member.Default is not { } value)
            return MarkdownTable.Text(member.DefaultInWords ?? None);
        var literal = value.ToString();
        // A number of bytes is followed by itself in larger units.
        var more = member.DefaultInWords is { } words && words.StartsWith(literal, StringComparison.Ordinal) ? words[literal.Length..] : "";
        return MarkdownTable.Code(Plain(value.GetRawText())) + more;
    }

    private static string AllowedFor(SchemaMember member)
    {
        if (member.Below is { } below)
        {
            var link = $"[{MarkdownTable.Code(below)}](#{AnchorOf(below)})";
            return member.Target.TryGetProperty("anyOf", out _) ? $"{ValueOf(member.Target.GetProperty("anyOf")[0])}, or {link}" : below.EndsWith("/N", StringComparison.Ordinal) ? $"a list of {link}" : link;
        }

        return member.Allowed is { } words ? MarkdownTable.Text(words) : ValueOf(member.Own, member.Unit);
    }

    private static string ValueOf(JsonElement own, string? unit = null)
    {
        var target = SchemaObject.Follow(own);
        if ((SchemaObject.Text(own, "x-allowed") ?? SchemaObject.Text(target, "x-allowed")) is { } words)
            return MarkdownTable.Text(words);
        if (target.TryGetProperty("enum", out var choices))
            return string.Join(", ", choices.EnumerateArray().Select(static word => word.ToString()).Distinct().Select(MarkdownTable.Code));
        return SchemaObject.Text(target, "type") switch
        {
            "boolean" => "`true`, `false`",
            "integer" => $"a whole number{OfUnit(unit)}{RangeOf(target)}",
            "number" => $"a number{OfUnit(unit)}{RangeOf(target)}",
            "array" => $"a list, {(target.TryGetProperty("minItems", out _) ? "not empty, " : "")}each: {ValueOf(target.GetProperty("items"))}",
            "object" => $"names and values, each: {ValueOf(target.GetProperty("additionalProperties"))}",
            _ when target.TryGetProperty("anyOf", out var ways) => string.Join(", or ", ways.EnumerateArray().Select(static way => ValueOf(way))),
            _ => "a text",
        };
    }

    private static string OfUnit(string? unit) => unit is null ? "" : $" of {unit}";

    private static string RangeOf(JsonElement number)
    {
        var range = new StringBuilder();
        if (number.TryGetProperty("exclusiveMinimum", out var above))
            range.Append(CultureInfo.InvariantCulture, $", above {above} and up to {number.GetProperty("maximum")}");
        else
            range.Append(CultureInfo.InvariantCulture, $", from {number.GetProperty("minimum")} to {number.GetProperty("maximum")}");
        if (number.TryGetProperty("multipleOf", out var step))
            range.Append(CultureInfo.InvariantCulture, $", at most {step.GetRawText().Length - "0.".Length} digits after the point");
        return range.ToString();
    }

    /// <summary>JSON without the quotes around a single text, as variables have it.</summary>
    private static string Plain(string json) => json.StartsWith('"') ? JsonElement.Parse(json).GetString()! : json;

    /// <summary>The anchor of a heading with a pointer, as GitHub makes it.</summary>
    private static string AnchorOf(string pointer) => string.Concat(pointer.ToLowerInvariant().Where(static letter => char.IsLetterOrDigit(letter) || letter is '-' or '_'));
}
