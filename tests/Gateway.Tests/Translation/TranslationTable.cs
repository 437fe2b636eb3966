using System.Text.Json.Nodes;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>The translation of each member of one inbound dialect's requests, from the file beside its code.</summary>
/// <param name="Dialect">The inbound dialect's name.</param>
/// <param name="Title">The title for readers.</param>
/// <param name="Minimal">A request with only the required members.</param>
/// <param name="Headers">The headers of every request.</param>
/// <param name="Rows">One row per member, or more when cases differ.</param>
internal sealed record TranslationTable(string Dialect, string Title, JsonObject Minimal, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<TranslationRow> Rows)
{
    private static readonly Lazy<IReadOnlyList<TranslationTable>> Loaded = new(() => [.. TablesIn("*.translation.json").Select(Read)]);

    /// <summary>All tables in the order of the document.</summary>
    public static IReadOnlyList<TranslationTable> All => Loaded.Value;

    public static TranslationTable Of(string dialect) => All.Single(table => table.Dialect == dialect);

    /// <summary>The files beside the dialects' code.</summary>
    public static IEnumerable<JsonObject> TablesIn(string pattern) => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "gateway", "Dialects"), pattern, SearchOption.AllDirectories)
        .OrderBy(Path.GetFileName, StringComparer.Ordinal)
        .Select(path => JsonNode.Parse(File.ReadAllText(path))!.AsObject());

    private static TranslationTable Read(JsonObject table) => new(
        table.Text("dialect")!,
        table.Text("title")!,
        table["minimal"]!.AsObject(),
        ReadTexts(table["headers"]),
        [.. table["rows"]!.AsArray().Select(row => ReadRow(row!.AsObject()))]);

    private static TranslationRow ReadRow(JsonObject row) => new(
        row.Text("field")!,
        row.Text("case"),
        row["base"]?.AsObject() ?? [],
        row["sample"]!.AsObject(),
        ReadTexts(row["headers"]),
        row["loss"] switch
        {
            null => [],
            JsonArray several => [.. several.Select(name => name!.GetValue<string>())],
            var one => [one.GetValue<string>()],
        },
        ReadTexts(row["verdicts"]),
        row.Text("why"));

    private static Dictionary<string, string> ReadTexts(JsonNode? texts) =>
        texts?.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>()) ?? [];
}

/// <param name="Field">The member's path in the client's request.</param>
/// <param name="Case">The targets to try. Null for the usual ones.</param>
/// <param name="Base">Merged into the minimal request: what the member needs to have an effect.</param>
/// <param name="Sample">Merged into that: the member itself.</param>
/// <param name="Headers">The headers of the request with the member.</param>
/// <param name="Losses">The names of the member in losses and errors, besides <paramref name="Field"/>.</param>
/// <param name="Verdicts">The verdicts by provider, with <c>*</c> for all that are not listed.</param>
/// <param name="Why">The explanation for readers. Null when none is needed.</param>
internal sealed record TranslationRow(
    string Field,
    string? Case,
    JsonObject Base,
    JsonObject Sample,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyList<string> Losses,
    IReadOnlyDictionary<string, string> Verdicts,
    string? Why)
{
    /// <summary>The row's verdict for a provider. Null when it has none.</summary>
    public string? VerdictFor(string provider) => Verdicts.GetValueOrDefault(provider) ?? Verdicts.GetValueOrDefault("*");
}

/// <summary>A column of the tables.</summary>
/// <param name="Name">The provider's kind.</param>
/// <param name="Targets">The targets by case. The usual one has an empty name.</param>
internal sealed record TranslationProvider(string Name, IReadOnlyDictionary<string, TranslationTarget> Targets)
{
    private static readonly Lazy<IReadOnlyList<TranslationProvider>> Loaded = new(() =>
        [.. TranslationTable.TablesIn("translation.providers.json").Single().Select(provider => new TranslationProvider(
            provider.Key,
            provider.Value!.AsObject().ToDictionary(
                target => target.Key,
                target => new TranslationTarget(target.Value!["settings"]!.AsObject(), target.Value.AsObject().Text("model")!))))]);

    public static IReadOnlyList<TranslationProvider> All => Loaded.Value;
}

/// <param name="Settings">The provider's entry in a configuration.</param>
/// <param name="Model">The upstream model.</param>
internal sealed record TranslationTarget(JsonObject Settings, string Model);

internal static class TranslationJson
{
    public static string? Text(this JsonObject json, string name) => json[name]?.GetValue<string>();

    /// <summary>Merges objects member by member and replaces all other values.</summary>
    public static JsonObject Merged(this JsonObject json, JsonObject more)
    {
        var merged = json.DeepClone().AsObject();
        foreach (var (name, value) in more)
            merged[name] = merged[name] is JsonObject inner && value is JsonObject innerMore ? inner.Merged(innerMore) : value?.DeepClone();
        return merged;
    }
}
