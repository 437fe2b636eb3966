using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAICompletions;
using Dragoman.Dialects.OpenAIResponses.Inbound;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>Compares the tables beside the dialects with the requests that each provider really gets.</summary>
public sealed class TranslationTests(TranslationGateway gateway) : IClassFixture<TranslationGateway>
{
    private static readonly string[] Explained = ["local", "dropped", "refused", "emulated", "clamped"];

    public static TheoryData<string, int, string> Rows()
    {
        var rows = new TheoryData<string, int, string>();
        foreach (var table in TranslationTable.All)
        {
            for (var index = 0; index < table.Rows.Count; index++)
                rows.Add(table.Dialect, index, $"{table.Rows[index].Field} {table.Rows[index].Case}");
        }

        return rows;
    }

    /// <summary>A member is at the place in the table, is rejected by name, or is reported as lost by name.</summary>
    [Theory]
    [MemberData(nameof(Rows))]
    public async Task What_is_stated_of_a_member_is_what_becomes_of_it(string dialect, int index, string field)
    {
        var table = TranslationTable.Of(dialect);
        var row = table.Rows[index];
        Assert.StartsWith(row.Field, field, StringComparison.Ordinal);
        var wrong = new StringBuilder();
        foreach (var provider in TranslationProvider.All.Where(provider => provider.Targets.ContainsKey(row.Case ?? "")))
        {
            var stated = row.VerdictFor(provider.Name);
            var actual = await JudgeAsync(table, row, provider);
            if (stated != actual && !(stated == "local" && actual == "nothing"))
                wrong.AppendLine($"{dialect} | {index} | {row.Field} | {provider.Name} | stated: {stated ?? "(nothing)"} | actual: {actual}");
        }

        Assert.True(wrong.Length == 0, Environment.NewLine + wrong);
    }

    [Fact]
    public void Every_inbound_dialect_has_its_table() =>
        Assert.Equal(TranslationGateway.DialectNames.Order(), TranslationTable.All.Select(table => table.Dialect).Order());

    [Fact]
    public void Every_cell_is_filled_and_what_the_gateway_keeps_to_itself_is_explained()
    {
        foreach (var row in TranslationTable.All.SelectMany(table => table.Rows))
        {
            foreach (var provider in TranslationProvider.All.Where(provider => provider.Targets.ContainsKey(row.Case ?? "")))
            {
                var verdict = row.VerdictFor(provider.Name);
                Assert.True(verdict is not null, $"{row.Field} says nothing of {provider.Name}");
                var word = verdict.Split(':')[0];
                Assert.True(word is "kept" or "mapped" || Explained.Contains(word), $"{row.Field}: {verdict} is no verdict");
                Assert.True(word != "local" || row.Why is not null, $"{row.Field} has to say what the gateway does with it");
            }
        }
    }

    /// <summary>Every member that a reader reads must have a row.</summary>
    [Fact]
    public void Every_member_that_is_read_has_a_row()
    {
        (string Dialect, IEnumerable<string> Members)[] readers =
        [
            ("openai.chat", OpenAIChatRequestReader.Known.Concat(SamplingReader.Members)),
            ("openai.completions", OpenAICompletions.Known.Concat(SamplingReader.Members.Except(["max_completion_tokens"]))),
            ("openai.responses", ResponsesRequestReader.Known),
            ("anthropic.messages", AnthropicMessagesReader.Known),
            ("ollama.chat", OllamaRequest.Members.Concat(["messages", "tools"]).Concat(OllamaOptions.ReadNames.Select(name => $"options.{name}"))),
            ("ollama.generate", OllamaRequest.Members.Concat(OllamaGenerate.Members).Concat(OllamaOptions.ReadNames.Select(name => $"options.{name}"))),
        ];
        foreach (var (dialect, members) in readers)
        {
            var told = TranslationTable.Of(dialect).Rows
                .SelectMany(row => row.Sample.Select(member => member.Key).Concat((row.Sample["options"] as JsonObject ?? []).Select(option => $"options.{option.Key}")))
                .ToHashSet();
            Assert.Empty(members.Where(member => member != "model" && !told.Contains(member)).Select(member => $"{dialect}: {member}"));
        }
    }

    private async Task<string> JudgeAsync(TranslationTable table, TranslationRow row, TranslationProvider provider)
    {
        var before = gateway.Fill(table.Minimal.Merged(row.Base));
        var after = gateway.Fill(table.Minimal.Merged(row.Base).Merged(row.Sample));
        var headers = new Dictionary<string, string>(table.Headers, StringComparer.OrdinalIgnoreCase);
        var without = await gateway.RunAsync(table.Dialect, provider, row.Case ?? "", before, headers);
        foreach (var (name, value) in row.Headers)
            headers[name] = value;
        var with = await gateway.RunAsync(table.Dialect, provider, row.Case ?? "", after, headers);
        return new TranslationVerdict(row, gateway.FetchedFrom).Judge(new JsonDifference(before, after), without, with);
    }
}
