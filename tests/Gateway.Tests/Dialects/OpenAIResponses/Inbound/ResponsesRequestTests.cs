using Dragoman.Conversation;
using Responses = Dragoman.Dialects.OpenAIResponses.Inbound.OpenAIResponses;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIResponses.Inbound;

public sealed class ResponsesRequestTests
{
    private static readonly Responses Dialect = new();

    [Fact]
    public void A_text_is_one_user_turn_behind_the_instructions()
    {
        var request = Dialect.Read("""{"model":"m","instructions":"be brief","input":"hi"}""");
        Assert.Equal([(Role.System, "be brief"), (Role.User, "hi")], request.Turns.Select(turn => (turn.Role, turn.Text)));
        Assert.Equal("openai.responses", request.Family);
    }

    [Fact]
    public void Items_of_the_assistant_that_follow_each_other_are_one_turn_and_so_are_results()
    {
        var request = Dialect.Read("""
            {"model":"m","input":[
              {"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"https://example.com/a.png","detail":"low"},
                {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,AAAA"},{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]},
              {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"},{"type":"summary_text","text":"so"}],"encrypted_content":"gAAA"},
              {"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"b","annotations":[]},{"type":"refusal","refusal":"no"}]},
              {"type":"function_call","call_id":"c1","name":"f","arguments":"{\"x\": 1.0}"},
              {"type":"custom_tool_call","call_id":"c2","name":"p","input":"say \"hi\""},
              {"type":"function_call_output","call_id":"c1","output":"1"},
              {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"2"},{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="}]},
              {"role":"developer","content":"now"}]}
            """);
        Assert.Equal([Role.User, Role.Assistant, Role.Tool, Role.Developer], request.Turns.Select(turn => turn.Role));
        Assert.Equal(
            [
                new TextPart("a"),
                new ImagePart(new LinkedMedia("https://example.com/a.png"), "low"),
                new DocumentPart(new InlineMedia("application/pdf", "AAAA"), "a.pdf"),
                new AudioPart(new InlineMedia("audio/wav", "AAAA"), "wav"),
            ],
            request.Turns[0].Parts);
        Assert.Equal(
            [
                new ReasoningPart("hm\n\nso") { State = new OpaqueState(StateKind.OpenAIReasoning, "", "gAAA") },
                new TextPart("b"),
                new RefusalPart("no"),
                new ToolCallPart("c1", "f", "{\"x\": 1.0}"),
                new ToolCallPart("c2", "p", """{"input":"say \"hi\""}"""),
            ],
            request.Turns[1].Parts);
        Assert.Equal(["f", "p"], request.Turns[2].Parts.Cast<ToolResultPart>().Select(result => result.ToolName));
        Assert.IsType<ImagePart>(((ToolResultPart)request.Turns[2].Parts[1]).Content[1]);
        Assert.Empty(request.FamilyMembers);
    }

    [Fact]
    public void A_messages_phase_is_for_its_own_family()
    {
        var request = Dialect.Read("""{"model":"m","input":[{"role":"user","content":"a"},{"role":"assistant","phase":"commentary","content":"b"},{"role":"assistant","phase":"final_answer","content":"c"}]}""");
        Assert.Equal(["input[].phase"], request.FamilyHints);
        Assert.Empty(Dialect.Read("""{"model":"m","input":"a"}""").FamilyHints);
    }

    [Fact]
    public void Members_of_the_request_are_read()
    {
        var request = Dialect.Read("""
            {"model":"m","input":"a","stream":true,"temperature":0.5,"top_p":0.9,"max_output_tokens":99,"top_logprobs":3,"parallel_tool_calls":false,
             "text":{"verbosity":"low","format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}},
             "reasoning":{"effort":"xhigh","summary":"auto"},"metadata":{"a":"b"},"safety_identifier":"s","user":"u","service_tier":"flex","prompt_cache_key":"k",
             "store":true,"truncation":"auto","include":["reasoning.encrypted_content"],"stream_options":{"include_obfuscation":false},"novel":{"x":1}}
            """);
        Assert.True(request.Stream);
        Assert.True(request.DropsOldestTurns);
        Assert.Equal((0.5, 0.9, 99, true, 3), (request.Sampling.Temperature, request.Sampling.TopP, request.Sampling.MaxOutputTokens, request.Sampling.Logprobs, request.Sampling.TopLogprobs));
        Assert.Equal(new OutputFormat(OutputFormatKind.JsonSchema, """{"type":"object"}""", "n", null, true) { Field = "text.format.schema" }, request.Format);
        Assert.Equal(new ReasoningRequest(true, ReasoningEffort.XHigh) { IsVisible = true }, request.Reasoning);
        Assert.Equal(new RequestHints { User = "s", Metadata = """{"a":"b"}""", ServiceTier = "flex", PromptCacheKey = "k", Store = true, Verbosity = "low" }, request.Hints);
        Assert.Equal(false, request.ParallelToolCalls);
        Assert.Equal(["novel"], request.Extensions.Keys);
    }

    [Fact]
    public void Tools_and_the_choice_among_them_are_read()
    {
        const string tools = """
            "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},{"type":"custom","name":"p","format":{"type":"text"}}]
            """;
        var request = Dialect.Read($$"""{"model":"m","input":"a",{{tools}},"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}] } }""");
        Assert.Equal(new ToolDefinition("f", "d", """{"type":"object"}""", true) { Field = "tools[0].parameters" }, request.Tools[0]);
        Assert.Equal("""{"type":"text"}""", request.Tools[1].FreeText?.Format);
        Assert.Equal((ToolChoiceKind.Required, "f"), (request.ToolChoice!.Kind, Assert.Single(request.ToolChoice.Allowed!)));
        Assert.Equal("p", Dialect.Read($$"""{"model":"m","input":"a",{{tools}},"tool_choice":{"type":"custom","name":"p"} }""").ToolChoice!.Name);
        Dialect.Refuses($$"""{"model":"m","input":"a",{{tools}},"tool_choice":{"type":"function","name":"x"} }""", "tool_choice.name");
    }

    [Theory]
    [InlineData("""{"model":"m","input":"a","previous_response_id":"resp_1"}""", "previous_response_id")]
    [InlineData("""{"model":"m","input":"a","conversation":"conv_1"}""", "conversation")]
    [InlineData("""{"model":"m","input":"a","background":true}""", "background")]
    [InlineData("""{"model":"m","prompt":{"id":"pmpt_1"}}""", "prompt")]
    [InlineData("""{"model":"m","input":"a","context_management":[]}""", "context_management")]
    [InlineData("""{"model":"m","input":"a","tools":[{"type":"web_search"}]}""", "tools[0].type")]
    [InlineData("""{"model":"m","input":"a","tool_choice":{"type":"file_search"}}""", "tool_choice.type")]
    [InlineData("""{"model":"m","input":[{"type":"item_reference","id":"msg_1"},{"type":"function_call_output","call_id":"c","output":"x"}]}""", "input[0].id")]
    [InlineData("""{"model":"m","input":[{"type":"web_search_call","id":"ws_1"}]}""", "input[0].type")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_id":"file-1"}]}]}""", "input[0].content[0].file_id")]
    public void What_only_OpenAI_can_do_is_kept_for_it(string json, string field) =>
        Assert.Equal(field, Assert.Single(Dialect.Read(json).FamilyMembers).Field);

    [Fact]
    public void A_previous_response_is_not_found_in_OpenAIs_words() =>
        Assert.Equal("previous_response_not_found", Dialect.Read("""{"model":"m","input":"a","previous_response_id":"resp_1"}""").FamilyMembers[0].Code);

    [Theory]
    [InlineData("""{"input":"a"}""", "model")]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":7}""", "input")]
    [InlineData("""{"model":"m","input":[{"role":"tool","content":"a"}]}""", "input[0].role")]
    [InlineData("""{"model":"m","input":[{"content":"a"}]}""", "input[0].type")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"image_url"}]}]}""", "input[0].content[0].type")]
    [InlineData("""{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"[1]"}]}""", "input[0].arguments")]
    [InlineData("""{"model":"m","input":[{"type":"function_call_output","call_id":"c","output":"x"}]}""", "input[0].call_id")]
    [InlineData("""{"model":"m","input":"a","temperature":3}""", "temperature")]
    [InlineData("""{"model":"m","input":"a","max_output_tokens":0}""", "max_output_tokens")]
    [InlineData("""{"model":"m","input":"a","top_logprobs":21}""", "top_logprobs")]
    [InlineData("""{"model":"m","input":"a","reasoning":{"effort":"much"}}""", "reasoning.effort")]
    [InlineData("""{"model":"m","input":"a","text":{"format":{"type":"xml"}}}""", "text.format.type")]
    [InlineData("""{"model":"m","input":"a","truncation":"some"}""", "truncation")]
    public void A_malformed_request_is_refused_by_the_member_at_fault(string json, string field) => Dialect.Refuses(json, field);
}
