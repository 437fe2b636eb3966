using Dragoman.Emulator.Schemas;
using Xunit;

namespace Dragoman.Emulator.Tests.Tools;

public sealed class ToolTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Parameters =
        """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":7}},"required":["city","days"],"additionalProperties":false}""";

    private const string Tools =
        $$$$$""","tools":[{"type":"function","function":{"name":"get_weather","description":"d","parameters":{{{{{Parameters}}}}}}},{"type":"function","function":{"name":"get_time","parameters":{"type":"object","properties":{}}}}]""";

    [Theory]
    [InlineData("Is it raining?", "", "get_weather")]
    [InlineData("Is it raining?", ",\"tool_choice\":\"auto\"", "get_weather")]
    [InlineData("Please GET_TIME now", "", "get_time")]
    [InlineData("get_time and get_weather", "", "get_weather get_time")]
    [InlineData("get_time and get_weather", ",\"parallel_tool_calls\":false", "get_weather")]
    [InlineData("Is it raining?", ",\"tool_choice\":\"none\"", "")]
    [InlineData("Is it raining?", ",\"tool_choice\":\"any\"", "get_weather")]
    [InlineData("Is it raining?", ",\"tool_choice\":\"required\"", "get_weather")]
    [InlineData("get_weather", ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}}", "get_time")]
    public async Task The_choice_of_tools_follows_the_documented_rule(string text, string more, string names)
    {
        foreach (var model in (string[])["mistral-small-latest", "mistral-medium-latest", "mistral-large-latest", "magistral-small-latest"])
        {
            var (body, stream) = await emulator.ChatBothWaysAsync(RunningEmulator.User(text, Tools + more, model));
            Assert.Equal(body, stream);
            Assert.Equal(names, string.Join(" ", body.ToolCalls.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(call => call.Split(' ')[1])));
            Assert.Equal(names.Length > 0 ? "tool_calls" : "stop", body.FinishReason);
            Assert.Equal(names.Length == 0, body.Text.Length > 0);
        }
    }

    [Fact]
    public async Task Arguments_fit_the_schema_and_ids_have_Mistrals_form()
    {
        var schema = RunningEmulator.Parse(Parameters);
        for (var number = 0; number < 20; number++)
        {
            var (said, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User($"Question {number}", Tools));
            var parts = said.ToolCalls.Split(' ', 3);
            Assert.Matches("^[a-zA-Z0-9]{9}$", parts[0]);
            Assert.True(SchemaValidation.Accepts(schema, RunningEmulator.Parse(parts[2])), parts[2]);
        }
    }

    [Fact]
    public async Task Results_lead_to_a_text_that_quotes_them_under_auto_and_to_a_new_call_under_any()
    {
        const string Messages =
            """
            [{"role":"user","content":"get_weather, get_time"},
            {"role":"assistant","content":"","tool_calls":[{"id":"aaaaaaaa1","function":{"name":"get_weather","arguments":"{}"}},{"id":"aaaaaaaa2","function":{"name":"get_time","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"aaaaaaaa2","content":"noon"},{"role":"tool","tool_call_id":"aaaaaaaa1","name":"weather","content":[{"type":"text","text":"sunny"}]}]
            """;
        var (said, stream) = await emulator.ChatBothWaysAsync($$"""{"model":"mistral-small-latest","messages":{{Messages}}{{Tools}}}""");
        Assert.StartsWith("get_time returned: \"noon\". weather returned: \"sunny\". ", said.Text, StringComparison.Ordinal);
        Assert.Equal("stop", said.FinishReason);
        Assert.Equal(said, stream);
        var (again, _) = await emulator.ChatBothWaysAsync($$"""{"model":"mistral-small-latest","messages":{{Messages}}{{Tools}},"tool_choice":"any"}""");
        Assert.Equal("tool_calls", again.FinishReason);
    }

    [Fact]
    public async Task Calls_come_whole_in_one_chunk_from_most_models()
    {
        var events = await emulator.StreamAsync("/v1/chat/completions", RunningEmulator.User("get_weather get_time", Tools + ",\"stream\":true"));
        var chunk = RunningEmulator.Parse(Assert.Single(events, line => line.Contains("tool_calls\":[", StringComparison.Ordinal))).GetProperty("choices")[0];
        Assert.Equal(2, chunk.GetProperty("delta").GetProperty("tool_calls").GetArrayLength());
        Assert.Equal("tool_calls", chunk.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Calls_come_in_fragments_from_one_model()
    {
        var events = await emulator.StreamAsync("/v1/chat/completions", RunningEmulator.User("hi", Tools + ",\"stream\":true", "mistral-medium-latest"));
        var calls = events.Where(line => line.Contains("tool_calls\":[", StringComparison.Ordinal))
            .Select(line => RunningEmulator.Parse(line).GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0]).ToList();
        Assert.True(calls.Count > 3);
        Assert.Equal("", calls[0].GetProperty("function").GetProperty("arguments").GetString());
        Assert.Equal("get_weather", calls[0].GetProperty("function").GetProperty("name").GetString());
        Assert.All(calls[1..], call =>
        {
            Assert.Equal("null", call.GetProperty("id").GetString());
            Assert.Equal("", call.GetProperty("function").GetProperty("name").GetString());
        });
    }

    [Fact]
    public async Task One_model_leaves_the_type_of_a_call_out()
    {
        Assert.True(await HasTypeAsync("mistral-small-latest"));
        Assert.False(await HasTypeAsync("mistral-large-latest"));

        async Task<bool> HasTypeAsync(string model)
        {
            var (_, body) = await emulator.PostAsync("/v1/chat/completions", RunningEmulator.User("hi", Tools, model));
            return body.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].TryGetProperty("type", out _);
        }
    }

    [Theory]
    [InlineData("mistral-small-latest")]
    [InlineData("mistral-medium-latest")]
    public async Task Max_tokens_cuts_a_call_off(string model)
    {
        var (body, stream) = await emulator.ChatBothWaysAsync(RunningEmulator.User("hi", Tools + ",\"max_tokens\":6", model));
        Assert.Equal("length", body.FinishReason);
        Assert.Equal(6, body.CompletionTokens);
        Assert.Equal(body, stream);
    }
}
