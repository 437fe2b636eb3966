using System.Text;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>Writes the tables for people: docs/translation.md.</summary>
internal static class TranslationDocument
{
    public static readonly string FilePath = Path.Combine(Repository.Root, "docs", "translation.md");

    private const string Head = """
        # What becomes of each request member

        <!-- Written by docs/generate.sh. -->

        Every client can use every provider, but their APIs do not have the same members. This page shows, for every member of every
        client API, what each provider gets. It is generated from tables beside the code (`gateway/Dialects/**/*.translation.json`).
        Every cell is tested: the test sends the member through the gateway and compares what reaches the provider with the cell.

        | in a cell | meaning |
        | --- | --- |
        | kept | the provider gets it unchanged, under the same name |
        | → `place` | the provider gets it in this place; `place = value` if the provider has a value of its own for it |
        | emulated | the provider does not have it; the gateway gets the same effect in another way, and reports it |
        | clamped | changed to the nearest value that the provider accepts, and reported |
        | dropped | left out, and reported |
        | 400 | the request is rejected, and the error names the member: without it the answer would not be what the client asked for |
        | gateway | the gateway does it itself, or the provider does it anyway; the notes say which |
        | · | as in the row without a case |

        Losses are reported in the answer's header `X-Dragoman-Losses`, such as `top_k=dropped, temperature=clamped`, in the log line of
        the request, and in the metrics. A long list ends with "and N more". Nothing is dropped silently.

        A request that is already in the provider's own API is passed through as it was sent; only the model's name is replaced. So the
        client's own members are *kept* there, even those that the gateway does not know. If the provider rejects such a member, the
        client gets the provider's own error.
        """;

    private static readonly Dictionary<string, string> Titles = new()
    {
        ["openai"] = "OpenAI",
        ["azure-openai"] = "Azure OpenAI",
        ["mistral"] = "Mistral",
        ["anthropic"] = "Anthropic",
        ["gemini"] = "Gemini",
        ["compatible"] = "compatible",
    };

    /// <summary>The dialects in the order of the readers' interest.</summary>
    private static readonly string[] Order =
        ["openai.chat", "openai.responses", "anthropic.messages", "ollama.chat", "ollama.generate", "openai.completions", "openai.embeddings", "ollama.embed", "ollama.embeddings"];

    public static string Write()
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n")).Append("\n\n");
        WriteTargets(text);
        foreach (var dialect in Order)
            WriteTable(text, TranslationTable.Of(dialect));
        AnswerTable.Load().WriteTo(text);
        return text.ToString();
    }

    private static void WriteTargets(StringBuilder text)
    {
        text.Append("The models that stand for each provider here:\n\n| provider | case | model |\n| --- | --- | --- |\n");
        foreach (var provider in TranslationProvider.All)
        {
            foreach (var (name, target) in provider.Targets)
                text.Append($"| {Titles[provider.Name]} | {(name.Length == 0 ? "usual" : name)} | `{target.Model}` |\n");
        }
    }

    private static void WriteTable(StringBuilder text, TranslationTable table)
    {
        text.Append($"\n## {table.Title}\n\n| member |");
        foreach (var provider in TranslationProvider.All)
            text.Append($" {Titles[provider.Name]} |");
        text.Append("\n| --- |").Insert(text.Length, " --- |", TranslationProvider.All.Count).Append('\n');
        foreach (var row in table.Rows)
        {
            text.Append($"| {Member(row)} |");
            foreach (var provider in TranslationProvider.All)
                text.Append($" {(provider.Targets.ContainsKey(row.Case ?? "") ? Cell(row.VerdictFor(provider.Name)!) : "·")} |");
            text.Append('\n');
        }

        var notes = table.Rows.Where(row => row.Why is not null).Select(row => $"- {Member(row)}: {row.Why}\n").Distinct().ToList();
        if (notes.Count > 0)
            text.Append('\n').AppendJoin("", notes);
    }

    private static string Member(TranslationRow row)
    {
        var remark = row.Field.IndexOf(" (", StringComparison.Ordinal);
        var name = remark < 0 ? $"`{row.Field}`" : $"`{row.Field[..remark]}`{row.Field[remark..]}";
        return row.Case is null ? name : $"{name}, *{row.Case}*";
    }

    private static string Cell(string verdict)
    {
        var colon = verdict.IndexOf(':', StringComparison.Ordinal);
        var word = colon < 0 ? verdict : verdict[..colon];
        var rest = colon < 0 ? "" : verdict[(colon + 1)..];
        return word switch
        {
            "mapped" => $"→ {Places(rest)}",
            "refused" => "400",
            "local" => "gateway",
            _ => rest.Length == 0 ? word : $"{word}: {Places(rest)}",
        };
    }

    private static string Places(string places)
    {
        var without = places.IndexOf(" without ", StringComparison.Ordinal);
        return without < 0
            ? Code(places)
            : $"{Code(places[..without])} without {Code(places[(without + " without ".Length)..])}";
    }

    private static string Code(string places) => string.Join(", ", places.Split(", ").Select(place =>
        place.StartsWith("no ", StringComparison.Ordinal) ? $"no `{place[3..]}`"
        : place.StartsWith('(') ? place.Trim('(', ')')
        : $"`{place}`")).Replace("|", "\\|", StringComparison.Ordinal);
}
