using System.Text;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>The place of each part of an answer in each inbound dialect.</summary>
/// <param name="Rows">By part, the place by dialect, <c>dropped</c>, or <c>refused</c> when the answer fails with an error.</param>
internal sealed record AnswerTable(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Rows)
{
    public static readonly string[] Dialects = ["openai.chat", "openai.completions", "openai.responses", "anthropic.messages", "ollama.chat", "ollama.generate"];

    public static AnswerTable Load() => new(TranslationTable.TablesIn("answers.json").Single().ToDictionary(
        row => row.Key,
        IReadOnlyDictionary<string, string> (row) => row.Value!.AsObject().ToDictionary(cell => cell.Key, cell => cell.Value!.GetValue<string>())));

    public void WriteTo(StringBuilder text)
    {
        text.Append("""

            ## Answers

            This table shows where a client finds the parts of an answer that is not passed through. The header is already sent at that
            time, so only this table reports what a client's API has no place for. Only passed-through answers have citations.

            | the answer holds |
            """.ReplaceLineEndings("\n"));
        foreach (var dialect in Dialects)
            text.Append($" {dialect} |");
        text.Append("\n| --- |").Insert(text.Length, " --- |", Dialects.Length).Append('\n');
        foreach (var (held, cells) in Rows)
        {
            text.Append($"| {held} |");
            foreach (var dialect in Dialects)
                text.Append(cells[dialect] is "dropped" or "refused" ? $" {cells[dialect]} |" : $" `{cells[dialect]}` |");
            text.Append('\n');
        }
    }
}
