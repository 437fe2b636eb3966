using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;

namespace Dragoman.Gateway.Tests.Dialects.Ollama;

/// <summary>Requests of Ollama's clients, including odd ones (specs/ollama.md 2.0 to 2.2, 4.2).</summary>
public sealed class OllamaRequestTests
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB";

    private static readonly OllamaChat Chat = new();
    private static readonly OllamaGenerate Generate = new();

    [Fact]
    public void A_chat_streams_unless_it_says_otherwise()
    {
        Assert.True(Read("").Stream);
        Assert.True(Read("\"stream\":null").Stream);
        Assert.False(Read("\"stream\":false").Stream);
        Assert.True(Generate.Read("""{"model":"m","prompt":"p"}""").Stream);
    }

    [Fact]
    public void The_model_is_kept_as_written() => Assert.Equal("Mistral-Small:LATEST", Chat.Read("""{"model":"Mistral-Small:LATEST"}""").Model);

    [Fact]
    public void Empty_values_mean_nothing()
    {
        var request = Read("""
            "tools":[],"format":"","options":{},"keep_alive":null,"think":null,"logprobs":null,"top_logprobs":0,
            "messages":[{"role":"user","content":null,"images":null,"tool_calls":null},{"role":"assistant","content":"","thinking":"","images":[],"tool_calls":[]}]
            """);
        Assert.Empty(request.Tools);
        Assert.Null(request.Format);
        Assert.Equal(default, request.Reasoning);
        Assert.Equal(new Sampling { Stop = request.Sampling.Stop }, request.Sampling);
        Assert.Empty(request.Sampling.Stop);
        Assert.False(request.Unloads);
        Assert.Equal("", request.Turns[0].Text);
        Assert.Empty(request.Turns[1].Parts);

        var generate = Generate.Read("""{"model":"m","prompt":"p","system":"","suffix":"","template":"","context":[],"images":null,"raw":null,"format":null}""");
        Assert.Single(generate.Turns);
        Assert.Null(generate.Completion);
    }

    [Fact]
    public void Member_names_match_in_any_case_and_unknown_ones_are_ignored()
    {
        var request = Chat.Read("""{"MODEL":"m","Messages":[{"Role":"USER","CONTENT":"hi","extra":1}],"Options":{"TEMPERATURE":0.5,"mirostat":2},"width":512,"truncate":true,"shift":false}""");
        Assert.Equal("m", request.Model);
        Assert.Equal((Role.User, "hi"), (request.Turns[0].Role, request.Turns[0].Text));
        Assert.Equal(0.5, request.Sampling.Temperature);
        Assert.Empty(request.Extensions);
    }

    [Fact]
    public void Options_are_read_and_what_means_off_is_left_out()
    {
        var set = Read("""
            "options":{"temperature":0,"top_p":0.9,"top_k":40,"min_p":0.05,"repeat_penalty":1.1,"presence_penalty":1,"frequency_penalty":-1,
              "seed":0,"num_predict":10.9,"stop":["a","b"],"num_ctx":999999999999,"num_gpu":-1,"use_mmap":true,"format":"json","keep_alive":"5m"}
            """).Sampling;
        Assert.Equal((0, 0.9, 40, 0.05, 1.1), (set.Temperature!.Value, set.TopP!.Value, set.TopK!.Value, set.MinP!.Value, set.RepeatPenalty!.Value));
        Assert.Equal((1, -1, 0L, 10), (set.PresencePenalty!.Value, set.FrequencyPenalty!.Value, set.Seed!.Value, set.MaxOutputTokens!.Value));
        Assert.Equal(["a", "b"], set.Stop);

        var off = Read("\"options\":{\"temperature\":null,\"top_k\":-1,\"min_p\":0,\"seed\":-1,\"num_predict\":-2,\"stop\":null}").Sampling;
        Assert.Equal((null, null, null, null), (off.Temperature, off.TopK, off.MinP, off.Seed));
        Assert.Null(off.MaxOutputTokens);
        Assert.Empty(off.Stop);
        Assert.Equal(1, Read("\"options\":{\"num_predict\":0}").Sampling.MaxOutputTokens);
        Assert.Equal(["x"], Read("\"options\":{\"stop\":\"x\"}").Sampling.Stop);
    }

    [Theory]
    [InlineData("true", true, null)]
    [InlineData("false", false, null)]
    [InlineData("\"low\"", true, ReasoningEffort.Low)]
    [InlineData("\"medium\"", true, ReasoningEffort.Medium)]
    [InlineData("\"high\"", true, ReasoningEffort.High)]
    [InlineData("\"max\"", true, ReasoningEffort.Max)]
    public void Think_is_a_switch_or_a_level(string json, bool enabled, ReasoningEffort? effort) =>
        Assert.Equal(new ReasoningRequest(enabled, effort), Read($"\"think\":{json}").Reasoning);

    [Theory]
    [InlineData("\"json\"", OutputFormatKind.JsonObject, null)]
    [InlineData("""{"type":"object","properties":{"b":{},"a":{}}}""", OutputFormatKind.JsonSchema, """{"type":"object","properties":{"b":{},"a":{}}}""")]
    public void A_format_is_json_or_a_schema_kept_as_sent(string json, OutputFormatKind kind, string? schema)
    {
        var format = Read($"\"format\":{json}").Format!;
        Assert.Equal((kind, schema), (format.Kind, format.Schema));
    }

    [Fact]
    public void Format_json_asks_for_JSON_in_words_once_behind_the_clients_own_system_messages()
    {
        var asked = Read("""
            "format":"json","messages":[{"role":"system","content":"Be short."},{"role":"user","content":"List planets"}]
            """);
        Assert.Equal([Role.System, Role.System, Role.User], asked.Turns.Select(turn => turn.Role));
        Assert.Contains("JSON", asked.Turns[1].Text, StringComparison.Ordinal);
        Assert.Single(Read("""
            "format":"json","messages":[{"role":"user","content":"List planets as json"}]
            """).Turns);
        Assert.Empty(Read("\"format\":\"json\"").Turns);
        Assert.Equal([Role.System, Role.User], Generate.Read("""{"model":"m","prompt":"planets","format":"json"}""").Turns.Select(turn => turn.Role));
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("0.0", true)]
    [InlineData("\"0\"", true)]
    [InlineData("\"0s\"", true)]
    [InlineData("\"0m\"", true)]
    [InlineData("\"0h0m0s\"", true)]
    [InlineData("-1", false)]
    [InlineData("\"-1\"", false)]
    [InlineData("300", false)]
    [InlineData("\"300\"", false)]
    [InlineData("\"5m\"", false)]
    [InlineData("\"1h30m\"", false)]
    [InlineData("\"10s\"", false)]
    [InlineData("\"\"", false)]
    public void Only_no_time_at_all_unloads(string keepAlive, bool unloads) => Assert.Equal(unloads, Read($"\"keep_alive\":{keepAlive}").Unloads);

    [Fact]
    public void A_chat_without_messages_loads_or_unloads_without_a_provider()
    {
        var load = Chat.AnswerLocally(Chat.Read("""{"model":"m","stream":true}"""))!.Value;
        Assert.Equal(["model", "created_at", "message", "done", "done_reason"], load.Names());
        Assert.Equal("load", load.Text("done_reason"));
        Assert.Equal("", load.GetProperty("message").Text("content"));
        Assert.Equal("unload", Chat.AnswerLocally(Chat.Read("""{"model":"m","messages":[],"keep_alive":0}"""))!.Value.Text("done_reason"));
        Assert.Null(Chat.AnswerLocally(Read("\"messages\":[{\"role\":\"user\",\"content\":\"\"}]")));
    }

    [Fact]
    public void A_prompt_that_is_empty_loads_even_with_a_system_text_or_pictures()
    {
        var load = Generate.AnswerLocally(Generate.Read($$"""{"model":"m","prompt":"","system":"s","images":["{{Png}}"],"format":"json"}"""))!.Value;
        Assert.Equal(["model", "created_at", "response", "done", "done_reason"], load.Names());
        Assert.Equal("load", load.Text("done_reason"));
        Assert.Equal("unload", Generate.AnswerLocally(Generate.Read("""{"model":"m","keep_alive":"0s"}"""))!.Value.Text("done_reason"));
        Assert.Null(Generate.AnswerLocally(Generate.Read("""{"model":"m","prompt":"p","keep_alive":0}""")));
    }

    [Fact]
    public void Pictures_and_sounds_are_told_apart_by_their_bytes()
    {
        var sound = Convert.ToBase64String([.. "RIFF"u8, 0, 0, 0, 0, .. "WAVEfmt "u8]);
        var turn = Read($$"""
            "messages":[{"role":"user","content":"what","images":["{{Png}}","data:image/jpeg;base64,{{Png}}","{{sound}}"]}]
            """).Turns[0];
        Assert.Equal("what", turn.Text);
        Assert.Equal(new InlineMedia("image/png", Png), ((ImagePart)turn.Parts[1]).Source);
        Assert.Equal(new InlineMedia("image/png", Png), ((ImagePart)turn.Parts[2]).Source);
        Assert.Equal("wav", ((AudioPart)turn.Parts[3]).Format);
    }

    [Fact]
    public void Tools_keep_their_schema_as_sent()
    {
        var tool = Assert.Single(Read("""
            "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object", "properties":{"z":{"type":["string","null"]},"a":{"$ref":"#/x"}}}}}]
            """).Tools);
        Assert.Equal(("f", "d"), (tool.Name, tool.Description));
        Assert.Equal("""{"type":"object", "properties":{"z":{"type":["string","null"]},"a":{"$ref":"#/x"}}}""", tool.Parameters);
        Assert.Null(Assert.Single(Read("\"tools\":[{\"function\":{\"name\":\"f\"}}]").Tools).Parameters);
    }

    [Fact]
    public void Results_without_ids_find_their_calls_by_name_and_by_place()
    {
        var turns = Read("""
            "messages":[
              {"role":"user","content":"go"},
              {"role":"assistant","content":"","thinking":"hm","tool_calls":[
                {"function":{"name":"f","arguments":{"b":1, "a":1.0}}},
                {"id":"own","type":"function","function":{"index":1,"name":"g","arguments":null}},
                {"function":{"name":"f"}}]},
              {"role":"tool","tool_name":"g","content":"G"},
              {"role":"tool","content":"F1"},
              {"role":"tool","tool_name":"unknown","content":"F2"}]
            """).Turns;
        var calls = turns[1].ToolCalls.ToList();
        Assert.Equal(["""{"b":1, "a":1.0}""", "{}", "{}"], calls.Select(call => call.Arguments));
        Assert.Equal("hm", turns[1].Parts.OfType<ReasoningPart>().Single().Text);
        Assert.Equal(3, calls.DistinctBy(call => call.Id).Count());
        Assert.Equal("own", calls[1].Id);
        var results = turns.Skip(2).Select(turn => turn.Parts.OfType<ToolResultPart>().Single()).ToList();
        Assert.Equal([(calls[1].Id, "g", "G"), (calls[0].Id, "f", "F1"), (calls[2].Id, "f", "F2")], results.Select(result => (result.CallId, result.ToolName!, result.Text)));
    }

    [Fact]
    public void Generate_makes_a_system_and_a_user_turn()
    {
        var request = Generate.Read($$"""{"model":"m","prompt":"p","system":"s","images":["{{Png}}"],"options":{"seed":5},"think":"low"}""");
        Assert.Equal([(Role.System, "s"), (Role.User, "p")], request.Turns.Select(turn => (turn.Role, turn.Text)));
        Assert.IsType<ImagePart>(request.Turns[1].Parts[1]);
        Assert.Equal(5, request.Sampling.Seed);
        Assert.Equal(ReasoningEffort.Low, request.Reasoning.Effort);
        Assert.Null(request.Completion);
    }

    [Theory]
    [InlineData("\"raw\":true", null)]
    [InlineData("\"suffix\":\"end\"", "end")]
    [InlineData("\"template\":\"{{ .Prompt }}\"", null)]
    public void Raw_text_and_suffixes_are_completions(string member, string? suffix) =>
        Assert.Equal(new TextCompletion("p", suffix, false), Generate.Read($"{{\"model\":\"m\",\"prompt\":\"p\",{member}}}").Completion);

    [Fact]
    public void A_template_that_cannot_be_honoured_is_ignored() =>
        Assert.Null(Generate.Read("""{"model":"m","prompt":"p","template":"{{ .System }} {{ .Prompt }}"}""").Completion);

    [Theory]
    [InlineData("\"system\":\"s\"")]
    [InlineData("\"template\":\"t\"")]
    [InlineData("\"context\":[1]")]
    public void Raw_text_goes_with_nothing_that_raw_excludes(string member)
    {
        var error = Generate.Refuses($"{{\"model\":\"m\",\"prompt\":\"p\",\"raw\":true,{member}}}", "raw");
        Assert.Equal("raw mode does not support template, system, or context", error.Message);
    }

    [Fact]
    public void An_absent_model_is_required_in_chat_and_unknown_in_generate()
    {
        Assert.Equal("model is required", Chat.Refuses("{}", "model").Message);
        Assert.Equal("model is required", Chat.Refuses("""{"model":""}""", "model").Message);
        Assert.Equal("", Generate.Read("{}").Model);
    }

    [Theory]
    [InlineData("\"model\":7", "model")]
    [InlineData("\"stream\":\"yes\"", "stream")]
    [InlineData("\"messages\":{}", "messages")]
    [InlineData("\"messages\":[7]", "messages[0]")]
    [InlineData("\"messages\":[{\"content\":\"a\"}]", "messages[0].role")]
    [InlineData("\"messages\":[{\"role\":7}]", "messages[0].role")]
    [InlineData("\"messages\":[{\"role\":\"robot\"}]", "messages[0].role")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}]", "messages[0].content")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"images\":\"x\"}]", "messages[0].images")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"images\":[7]}]", "messages[0].images[0]")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"images\":[\"a\",\"not base64\"]}]", "messages[0].images[0]")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"thinking\":7}]", "messages[0].thinking")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"images\":[\"JVBERi0xLjcK\"]}]", "messages[0].images[0]")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"tool_calls\":{}}]", "messages[0].tool_calls")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{}]}]", "messages[0].tool_calls[0].function")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{}}]}]", "messages[0].tool_calls[0].function.name")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}]", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("\"messages\":[{\"role\":\"tool\",\"content\":\"a\"}]", "messages[0]")]
    [InlineData("\"tools\":{}", "tools")]
    [InlineData("\"tools\":[{\"type\":\"function\"}]", "tools[0].function")]
    [InlineData("\"tools\":[{\"function\":{}}]", "tools[0].function.name")]
    [InlineData("\"tools\":[{\"function\":{\"name\":\"f\",\"parameters\":\"x\"}}]", "tools[0].function.parameters")]
    [InlineData("\"format\":\"xml\"", "format")]
    [InlineData("\"format\":7", "format")]
    [InlineData("\"format\":[]", "format")]
    [InlineData("\"think\":\"x\"", "think")]
    [InlineData("\"think\":7", "think")]
    [InlineData("\"keep_alive\":true", "keep_alive")]
    [InlineData("\"options\":[]", "options")]
    [InlineData("\"options\":{\"temperature\":\"hot\"}", "options.temperature")]
    [InlineData("\"options\":{\"top_k\":true}", "options.top_k")]
    [InlineData("\"options\":{\"stop\":7}", "options.stop")]
    [InlineData("\"options\":{\"stop\":[\"a\",7]}", "options.stop")]
    [InlineData("\"logprobs\":1", "logprobs")]
    [InlineData("\"top_logprobs\":21", "top_logprobs")]
    [InlineData("\"top_logprobs\":-1", "top_logprobs")]
    [InlineData("\"truncate\":\"yes\"", "truncate")]
    [InlineData("\"shift\":1", "shift")]
    public void A_wrong_member_of_a_chat_is_named(string member, string field) => Chat.Refuses($"{{\"model\":\"m\",{member}}}", field);

    [Theory]
    [InlineData("\"prompt\":7", "prompt")]
    [InlineData("\"system\":[]", "system")]
    [InlineData("\"suffix\":7", "suffix")]
    [InlineData("\"template\":7", "template")]
    [InlineData("\"context\":7", "context")]
    [InlineData("\"raw\":\"yes\"", "raw")]
    [InlineData("\"images\":[\"!\"]", "images[0]")]
    [InlineData("\"stream\":1", "stream")]
    [InlineData("\"format\":7", "format")]
    [InlineData("\"think\":\"x\"", "think")]
    [InlineData("\"options\":7", "options")]
    [InlineData("\"truncate\":\"yes\"", "truncate")]
    [InlineData("\"shift\":1", "shift")]
    public void A_wrong_member_of_generate_is_named(string member, string field) => Generate.Refuses($"{{\"model\":\"m\",{member}}}", field);

    [Fact]
    public void Capabilities_that_a_model_certainly_lacks_are_refused_in_the_words_that_clients_match()
    {
        var nothing = new ModelCapabilities([ModelCapabilities.Embedding], AreCertain: true);
        var plain = new ModelCapabilities([ModelCapabilities.Completion], AreCertain: true);
        var unsure = new ModelCapabilities([ModelCapabilities.Completion], AreCertain: false);
        var withTools = Read("\"tools\":[{\"function\":{\"name\":\"f\"}}]");

        Assert.Equal("\"m\" does not support chat", Chat.FindMissingCapability(Read(""), nothing)!.Message);
        Assert.Equal("m does not support tools", Chat.FindMissingCapability(withTools, plain)!.Message);
        Assert.Equal("\"m\" does not support thinking", Chat.FindMissingCapability(Read("\"think\":\"high\""), plain)!.Message);
        Assert.Null(Chat.FindMissingCapability(Read("\"think\":false"), plain));
        Assert.Null(Chat.FindMissingCapability(withTools, unsure));
        Assert.Equal("\"m\" does not support generate", Generate.FindMissingCapability(Generate.Read("""{"model":"m","prompt":"p"}"""), nothing)!.Message);
        Assert.Equal("m does not support insert", Generate.FindMissingCapability(Generate.Read("""{"model":"m","prompt":"p","suffix":"s"}"""), plain)!.Message);
    }

    private static ChatRequest Read(string members) => Chat.Read($"{{\"model\":\"m\"{(members.Length == 0 ? "" : ",")}{members}}}");
}
