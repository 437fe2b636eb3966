using System.Text;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>Tells the tables to people: docs/translation.md.</summary>
internal static class TranslationDocument
{
    /// <summary>Set to have the file written instead of compared.</summary>
    public const string WriteSwitch = "DRAGOMAN_WRITE_DOCS";

    public static readonly string FilePath = Path.Combine(Repository.Root, "docs", "translation.md");

    private const string Head = """
        # What becomes of each request member

        <!-- Written by: DRAGOMAN_WRITE_DOCS=1 dotnet test tests/Gateway.Tests --filter "FullyQualifiedName~TranslationDocument" -->

        Any client speaks to any provider, and they do not all have the same members. This page says, for every member of every
        dialect that clients speak, what each provider gets of it. It is made from tables beside the code
        (`gateway/Dialects/*/*.translation.json`), and every cell is tested: the member is sent through the gateway, and what
        reaches the provider is compared with what stands here.

        | in a cell | meaning |
        | --- | --- |
        | kept | reaches the provider as it is, under the same name |
        | → `place` | reaches the provider there; `place = value` where the provider has a word of its own for it |
        | emulated | the provider does not have it; done in another way that means the same, and told |
        | clamped | changed to the nearest that the provider takes, and told |
        | dropped | left out, and told |
        | 400 | the request is refused, and the error names the member: without it the answer would not be what was asked for |
        | gateway | done by the gateway itself, or what the provider does anyway; the notes say which |
        | · | as in the row without a case |

        What is told stands in the answer's header `X-Dragoman-Losses`, such as `top_k=dropped, temperature=clamped`, in the log's
        line about the request, and in the metrics. A long list ends in "and N more". Nothing is lost in silence.

        A request that is already in the provider's own dialect passes through as it was sent, but for the model's name; that is
        why a client's own members are *kept* there, those that the gateway has never heard of included. What such a provider
        refuses, it refuses in its own words.
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

    /// <summary>In the order of the reader's interest.</summary>
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
