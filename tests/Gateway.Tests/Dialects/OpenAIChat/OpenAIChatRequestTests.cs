using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIChat;

/// <summary>Requests of OpenAI's clients (specs/dialects.md 2).</summary>
public sealed class OpenAIChatRequestTests
{
    private const string User = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private static readonly Dragoman.Dialects.OpenAIChat.OpenAIChat Chat = new();

    [Fact]
    public void A_plain_request_says_nothing_that_was_not_said()
    {
        var request = Read("");
        Assert.Equal(("m", false, false), (request.Model, request.Stream, request.IncludeUsage));
        Assert.Equal((Role.User, "hi"), (request.Turns.Single().Role, request.Turns.Single().Text));
        Assert.Equal(Sampling.Unset with { Stop = request.Sampling.Stop }, request.Sampling);
        Assert.Empty(request.Sampling.Stop);
        Assert.Equal(default, request.Reasoning);
        Assert.Null(request.Format);
        Assert.Null(request.ToolChoice);
        Assert.Null(request.ParallelToolCalls);
        Assert.Empty(request.Extensions);
    }

    [Fact]
    public void Sampling_is_read()
    {
        var sampling = Read("""
            "temperature":1.5,"top_p":0.5,"top_k":3,"min_p":0.1,"repetition_penalty":1.1,"presence_penalty":-2,"frequency_penalty":2,"seed":7,
            "max_tokens":5,"max_completion_tokens":9,"stop":["a","b"],"n":2,"logprobs":true,"top_logprobs":20,"logit_bias":{"50256":-100}
            """).Sampling;
        Assert.Equal((1.5, 0.5, 3, 0.1, 1.1), (sampling.Temperature!.Value, sampling.TopP!.Value, sampling.TopK!.Value, sampling.MinP!.Value, sampling.RepeatPenalty!.Value));
        Assert.Equal((-2, 2, 7L, 9, 2), (sampling.PresencePenalty!.Value, sampling.FrequencyPenalty!.Value, sampling.Seed!.Value, sampling.MaxOutputTokens!.Value, sampling.Choices!.Value));
        Assert.Equal((true, 20, """{"50256":-100}"""), (sampling.Logprobs!.Value, sampling.TopLogprobs!.Value, sampling.LogitBias));
        Assert.Equal(["a", "b"], sampling.Stop);
        Assert.Equal(["x"], Read("\"stop\":\"x\"").Sampling.Stop);
        Assert.Null(Read("\"max_tokens\":-1,\"logit_bias\":{}").Sampling.MaxOutputTokens);
    }

    [Fact]
    public void Unknown_members_are_kept_as_sent_but_for_null()
    {
        var request = Read("\"user\":\"u\",\"metadata\":{\"a\": \"b\"},\"store\":null,\"y\":null,\"x\":[1.0]");
        Assert.Equal(new Dictionary<string, string> { ["x"] = "[1.0]" }, request.Extensions);
        Assert.Equal(new RequestHints { User = "u", Metadata = "{\"a\": \"b\"}" }, request.Hints);
        Assert.Equal("openai", request.Family);
    }

    [Theory]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}]}]", "messages[0].content[0].file.file_id")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"audio\":{\"id\":\"x\"}}]", "messages[0].audio")]
    [InlineData("\"web_search_options\":{}", "web_search_options")]
    public void What_only_OpenAI_can_do_is_kept_apart(string member, string field)
    {
        var (name, value) = (member[..member.IndexOf(':')], member);
        var json = name == "\"messages\"" ? $"{{\"model\":\"m\",{value}}}" : $"{{\"model\":\"m\",\"messages\":[{{\"role\":\"user\",\"content\":\"hi\"}}],{value}}}";
        var bound = Assert.Single(new Dragoman.Dialects.OpenAIChat.OpenAIChat().Read(json).FamilyMembers);
        Assert.Equal(field, bound.Field);
    }

    [Fact]
    public void A_tool_with_free_text_travels_as_a_function_with_one_member()
    {
        var request = Read("""
            "messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"custom","custom":{"name":"patch","input":"a\"b"}}]},{"role":"tool","tool_call_id":"c","content":"ok"}],
            "tools":[{"type":"custom","custom":{"name":"patch","format":{"type":"text"}}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"custom","custom":{"name":"patch"}}]}}
            """);
        Assert.Contains("patch", request.FreeTextTools());
        Assert.Equal("a\"b", FreeText.InputOf(request.Turns[0].ToolCalls.Single().Arguments));
        Assert.Equal((ToolChoiceKind.Required, "patch"), (request.ToolChoice!.Kind, Assert.Single(request.ToolChoice.Allowed!)));
    }

    [Fact]
    public void Streams_tell_usage_only_when_asked()
    {
        var request = Read("\"stream\":true,\"stream_options\":{\"include_usage\":true,\"include_obfuscation\":false}");
        Assert.True(request.Stream && request.IncludeUsage);
        Assert.False(Read("\"stream\":true,\"stream_options\":null").IncludeUsage);
    }

    [Fact]
    public void Every_role_and_part_is_read()
    {
        var turns = Chat.Read("""
            {"model":"m","messages":[
              {"role":"system","content":"s","name":"n"},
              {"role":"developer","content":[{"type":"text","text":"d"}]},
              {"role":"user","content":[
                {"type":"text","text":"look"},
                {"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}},
                {"type":"image_url","image_url":"data:image/png;base64,iVBORw0KGgo="},
                {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},
                {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AAAA"}}]},
              {"role":"assistant","content":null,"refusal":"no","reasoning_content":"hm","tool_calls":[
                {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1.0}"}},
                {"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},
              {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"two"}]},
              {"role":"tool","tool_call_id":"c1","content":"one"},
              {"role":"assistant","content":[{"type":"text","text":"done"},{"type":"refusal","refusal":"r"}]}]}
            """).Turns;
        Assert.Equal([Role.System, Role.Developer, Role.User, Role.Assistant, Role.Tool, Role.Tool, Role.Assistant], turns.Select(turn => turn.Role));
        Assert.Equal(("s", "n", "d"), (turns[0].Text, turns[0].Name, turns[1].Text));
        Assert.Equal(
            [
                new TextPart("look"), new ImagePart(new LinkedMedia("https://example.com/a.png"), "low"), new ImagePart(new InlineMedia("image/png", "iVBORw0KGgo=")),
                new AudioPart(new InlineMedia("audio/wav", "AAAA"), "wav"), new DocumentPart(new InlineMedia("application/pdf", "AAAA"), "a.pdf"),
            ],
            turns[2].Parts);
        Assert.Equal([new ReasoningPart("hm"), new RefusalPart("no"), new ToolCallPart("c1", "f", "{\"a\": 1.0}"), new ToolCallPart("c2", "g", "{}")], turns[3].Parts);
        Assert.Equal([("c2", "g", "two"), ("c1", "f", "one")], turns.Skip(4).Take(2).Select(turn => (ToolResultPart)turn.Parts.Single()).Select(result => (result.CallId, result.ToolName!, result.Text)));
        Assert.Equal([new TextPart("done"), new RefusalPart("r")], turns[6].Parts);
    }

    [Fact]
    public void Tools_and_the_choice_among_them_are_read()
    {
        const string tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":{\"type\": \"object\"},\"strict\":true}}]";
        var request = Read($"{tools},\"tool_choice\":{{\"type\":\"function\",\"function\":{{\"name\":\"f\"}}}},\"parallel_tool_calls\":false");
        Assert.Equal(new ToolDefinition("f", "d", "{\"type\": \"object\"}", true) { Field = "tools[0].function.parameters" }, Assert.Single(request.Tools));
        Assert.Equal(new ToolChoice(ToolChoiceKind.Named, "f"), request.ToolChoice);
        Assert.False(request.ParallelToolCalls);
        Assert.Equal(ToolChoice.Auto, Read($"{tools},\"tool_choice\":\"auto\"").ToolChoice);
        Assert.Equal(ToolChoice.None, Read($"{tools},\"tool_choice\":\"none\"").ToolChoice);
        Assert.Equal(ToolChoice.Required, Read($"{tools},\"tool_choice\":\"required\"").ToolChoice);
        Chat.Refuses($"{{\"model\":\"m\",{User},{tools},\"tool_choice\":{{\"type\":\"function\",\"function\":{{\"name\":\"g\"}}}}}}", "tool_choice.function.name");
    }

    [Fact]
    public void Formats_and_efforts_are_read()
    {
        Assert.Null(Read("\"response_format\":{\"type\":\"text\"}").Format);
        Assert.Equal(new OutputFormat(OutputFormatKind.JsonObject), Read("\"response_format\":{\"type\":\"json_object\"}").Format);
        Assert.Equal(
            new OutputFormat(OutputFormatKind.JsonSchema, "{\"type\": \"object\"}", "n", "d", true) { Field = "response_format.json_schema.schema" },
            Read("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"description\":\"d\",\"schema\":{\"type\": \"object\"},\"strict\":true}}").Format);
        Assert.Equal(new ReasoningRequest(false, ReasoningEffort.None), Read("\"reasoning_effort\":\"none\"").Reasoning);
        Assert.Equal(new ReasoningRequest(true, ReasoningEffort.XHigh), Read("\"reasoning\":{\"effort\":\"xhigh\"}").Reasoning);
    }

    [Theory]
    [InlineData("\"model\":null", "model")]
    [InlineData("\"model\":7", "model")]
    [InlineData("\"messages\":[]", "messages")]
    [InlineData("\"messages\":\"hi\"", "messages")]
    [InlineData("\"messages\":[\"hi\"]", "messages[0]")]
    [InlineData("\"messages\":[{\"content\":\"a\"}]", "messages[0].role")]
    [InlineData("\"messages\":[{\"role\":\"robot\",\"content\":\"a\"}]", "messages[0].role")]
    [InlineData("\"messages\":[{\"role\":\"user\"}]", "messages[0].content")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":7}]", "messages[0].content")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[7]}]", "messages[0].content[0]")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"video\"}]}]", "messages[0].content[0].type")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]", "messages[0].content[0].text")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]", "messages[0].content[0].image_url")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"file:///etc/passwd\"}}]}]", "messages[0].content[0].image_url.url")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,!\"}}]}]", "messages[0].content[0].image_url.url")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\"}}]}]", "messages[0].content[0].input_audio.format")]
    [InlineData("\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"a\"}]", "messages[0].tool_call_id")]
    [InlineData("\"messages\":[{\"role\":\"tool\",\"content\":\"a\"}]", "messages[0].tool_call_id")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"[1]\"}}]}]", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":{}}}]}]", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"f\"}}]}]", "messages[0].tool_calls[0].id")]
    [InlineData("\"tools\":[{\"type\":\"function\"}]", "tools[0].function")]
    [InlineData("\"tools\":[{\"type\":\"web_search\"}]", "tools[0].type")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":[]}}]", "tools[0].function.parameters")]
    [InlineData("\"tool_choice\":\"maybe\"", "tool_choice")]
    [InlineData("\"tool_choice\":7", "tool_choice")]
    [InlineData("\"tool_choice\":{\"type\":\"allowed_tools\"}", "tool_choice.mode")]
    [InlineData("\"tool_choice\":{\"type\":\"any_of\"}", "tool_choice.type")]
    [InlineData("\"modalities\":[\"text\",\"smell\"]", "modalities")]
    [InlineData("\"modalities\":[\"audio\"]", "audio")]
    [InlineData("\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\"}},{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", "tools")]
    [InlineData("\"functions\":[]", "functions")]
    [InlineData("\"response_format\":\"json\"", "response_format")]
    [InlineData("\"response_format\":{\"type\":\"xml\"}", "response_format.type")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\"}", "response_format.json_schema")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\"}}", "response_format.json_schema.schema")]
    [InlineData("\"reasoning_effort\":\"huge\"", "reasoning_effort")]
    [InlineData("\"temperature\":2.1", "temperature")]
    [InlineData("\"temperature\":\"hot\"", "temperature")]
    [InlineData("\"top_p\":-0.1", "top_p")]
    [InlineData("\"presence_penalty\":3", "presence_penalty")]
    [InlineData("\"frequency_penalty\":-3", "frequency_penalty")]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"max_completion_tokens\":-5", "max_completion_tokens")]
    [InlineData("\"n\":0", "n")]
    [InlineData("\"n\":129", "n")]
    [InlineData("\"stop\":7", "stop")]
    [InlineData("\"stop\":[7]", "stop[0]")]
    [InlineData("\"top_logprobs\":21", "top_logprobs")]
    [InlineData("\"logit_bias\":[]", "logit_bias")]
    [InlineData("\"stream\":\"true\"", "stream")]
    [InlineData("\"stream_options\":true", "stream_options")]
    [InlineData("\"parallel_tool_calls\":\"no\"", "parallel_tool_calls")]
    public void A_wrong_member_is_named(string member, string field) =>
        Chat.Refuses(Json.With($"\"model\":\"m\",{User}", member), field);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_signature_of_another_seal_is_dropped_and_one_of_the_providers_own_is_kept(bool isSealedElsewhere)
    {
        var signature = isSealedElsewhere ? new StateEnvelope("another"u8).Wrap(new OpaqueState(StateKind.GeminiThoughtSignature, "", "c2ln")) : "c2ln";
        var body = JsonElement.Parse($$$$"""
            {"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"{{{{signature}}}}"}}}]},{"role":"tool","tool_call_id":"a","content":"x"}]}
            """);
        var call = Chat.Read(body, new RequestContext(_ => null, StateEnvelope.OfProcess)).Turns.SelectMany(turn => turn.Parts).OfType<ToolCallPart>().Single();
        Assert.Equal(isSealedElsewhere ? null : "c2ln", call.State?.Value);
    }

    private static ChatRequest Read(string members) => Chat.Read(Json.With($"\"model\":\"m\",{User}", members));
}
