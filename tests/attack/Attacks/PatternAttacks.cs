using System.Globalization;
using System.Text.Json;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>Patterns in a JSON Schema, against which the gateway checks answers when the provider does not.</summary>
internal static class PatternAttacks
{
    private const double MostSeconds = 3;
    private const long MostMemory = 200L * 1024 * 1024;

    public static readonly IReadOnlyList<Attack> All =
    [
        new("patterns", "processor", "3", "a schema's patterns take under 3 s and 200 MB, and do not hold up /health", PatternsAsync),
        new("pattern-properties", "processor", "3", "judging many keys by many patterns takes under 3 s", PatternPropertiesAsync),
        new("costly-schemas", "processor", "3", "patterns and schemas that explode are judged or refused within 3 s", CostlySchemasAsync),
    ];

    private static async Task PatternsAsync(AttackContext context, Tally tally)
    {
        var inputs = new List<(string Name, string Schema)>
        {
            ("100 patterns of 3 KB", Properties(100, 3000)),
            ("one pattern of 3 MB", Properties(1, 3_000_000)),
            ("1,000 patterns of 3 KB", Properties(1000, 3000)),
        };
        foreach (var (name, schema) in inputs)
        {
            foreach (var kind in (HostileKind[])[Providers.Anthropic, Providers.Gemini])
                await AskAsync(context, tally, $"{name} at {kind.Name}", kind, "fk-emptyjson", schema);
        }
    }

    private static Task PatternPropertiesAsync(AttackContext context, Tally tally)
    {
        var (patterns, keys) = context.IsFull ? (4000, 5000) : (2000, 2500);
        var schema = $"{{\"type\":\"object\",\"patternProperties\":{{{string.Join(',', Enumerable.Range(0, patterns).Select(each => $"\"^q{each}.*z$\":{{\"type\":\"string\"}}"))}}}}}";
        return AskAsync(context, tally, $"{patterns} patterns for {keys} keys", Providers.Anthropic, $"fk-manykeys-{keys}", schema);
    }

    private static async Task CostlySchemasAsync(AttackContext context, Tally tally)
    {
        string[] patterns = ["^(a+)+$", "(a|aa)*b", "^(a|a?)+$", "(x{1000}){1000}", "(.*a){25}", "^(([a-z])+.)+[A-Z]([a-z])+$"];
        foreach (var pattern in patterns)
        {
            var schema = $"{{\"type\":\"object\",\"properties\":{{\"p\":{{\"type\":\"string\",\"pattern\":{JsonSerializer.Serialize(pattern)}}}}}}}";
            await AskAsync(context, tally, pattern, Providers.Anthropic, "fk-ok", schema, $"{{\"p\":\"{new string('a', 200_000)}\"}}");
        }

        var doubling = string.Join(',', Enumerable.Range(0, 40).Select(each => $"\"d{each}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/d{each + 1}\"}},{{\"$ref\":\"#/$defs/d{each + 1}\"}}]}}"));
        await AskAsync(context, tally, "2^40 by $ref", Providers.Anthropic, "fk-emptyjson", $"{{\"$ref\":\"#/$defs/d0\",\"$defs\":{{{doubling},\"d40\":{{\"type\":\"object\"}}}}}}");
        await AskAsync(context, tally, "uniqueItems", Providers.Anthropic, "fk-ok", """{"type":"array","uniqueItems":true}""", $"[{string.Join(',', Enumerable.Range(0, 20_000))}]");
    }

    private static async Task AskAsync(AttackContext context, Tally tally, string name, HostileKind kind, string model, string schema, string text = "Good day")
    {
        // A separate process for each, because allocated memory is not released immediately.
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false });
        field.Provider.Text = text;
        var warm = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, BodyOf(kind, "fk-emptyjson", """{"type":"object","properties":{"p":{"type":"string","pattern":"^a+$"}}}"""));
        tally.Expect(warm.Status == 200, $"a small schema at {kind.Name} is {warm}");
        var (processor, memory) = (ProcessorTime.Of(field.Sidecar.Id), ProcessUse.Memory(field.Sidecar.Id));
        ProcessUse.ForgetPeak(field.Sidecar.Id);
        await using var watch = new HealthWatch(field.Sidecar.Address, field.Functions.Address);
        var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, BodyOf(kind, model, schema), TimeSpan.FromSeconds(120));
        await watch.JudgeAsync(tally, name);
        var seconds = ProcessorTime.Of(field.Sidecar.Id) - processor;
        var bytes = ProcessUse.PeakMemory(field.Sidecar.Id) - memory;
        tally.Expect(answer.Status is not (0 or 500), $"{name}: {answer}");
        tally.Expect(seconds < MostSeconds, string.Create(CultureInfo.InvariantCulture, $"{name}: {seconds:0.0} s of processor time"));
        tally.Expect(bytes < MostMemory, $"{name}: {bytes / 1024 / 1024} MB more");
    }

    private static string BodyOf(HostileKind kind, string model, string schema) =>
        $$$$"""{"model":"{{{{kind.Name}}}}/{{{{model}}}}","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{{{{schema}}}}}}}""";

    private static string Properties(int count, int length)
    {
        var pattern = string.Concat(Enumerable.Repeat("(a|b)*", length / 6));
        return $"{{\"type\":\"object\",\"properties\":{{{string.Join(',', Enumerable.Range(0, count).Select(each => $"\"p{each}\":{{\"type\":\"string\",\"pattern\":\"{pattern}\"}}"))}}}}}";
    }
}
