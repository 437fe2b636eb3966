using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic;
using Dragoman.Dialects.Anthropic.Inbound;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Inbound;

public sealed class AnthropicMessagesRequestTests
{
    private const string Picture = "iVBORw0KGgo=";

    private static readonly AnthropicMessages Messages = new();
    private static readonly StateEnvelope Envelope = new("secret"u8);

    [Fact]
    public void A_conversation_keeps_its_order_and_its_parts()
    {
        var request = Read("""
            {
              "model": "m", "max_tokens": 100, "stream": true,
              "system": [{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral","ttl":"1h"}}, {"type":"text","text":""}],
              "messages": [
                {"role":"user","content":"Hello"},
                {"role":"assistant","content":[
                  {"type":"thinking","thinking":"hm","signature":"c2ln"},
                  {"type":"redacted_thinking","data":"aGlkZGVu"},
                  {"type":"text","text":"Let me look.","citations":[]},
                  {"type":"tool_use","id":"toolu_1","name":"look","input":{"b":1,"a":2}},
                  {"type":"tool_use","id":"toolu_2","name":"listen","input":{}}]},
                {"role":"user","content":[
                  {"type":"text","text":"and then?"},
                  {"type":"tool_result","tool_use_id":"toolu_2","content":"silence","is_error":true},
                  {"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"a cat"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}]},
                {"role":"system","content":"Answer now."}
              ]
            }
            """);
        Assert.Equal(("m", AnthropicFamily.Name, true, 100), (request.Model, request.Family, request.Stream, request.Sampling.MaxOutputTokens));
        Assert.Equal([Role.System, Role.User, Role.Assistant, Role.Tool, Role.Tool, Role.User, Role.System], request.Turns.Select(turn => turn.Role));
        Assert.Equal(new TextPart("Be kind.") { Cache = new CacheMark(TimeSpan.FromHours(1)) }, Assert.Single(request.Turns[0].Parts));
        Assert.Equal(
            [
                new ReasoningPart("hm") { State = new OpaqueState(StateKind.AnthropicSignature, "", "c2ln") },
                new ReasoningPart("") { State = new OpaqueState(StateKind.AnthropicRedacted, "", "aGlkZGVu") },
                new TextPart("Let me look."),
                new ToolCallPart("toolu_1", "look", """{"b":1,"a":2}"""),
                new ToolCallPart("toolu_2", "listen", "{}"),
            ],
            request.Turns[2].Parts);
        var silence = Assert.IsType<ToolResultPart>(Assert.Single(request.Turns[3].Parts));
        Assert.Equal(("toolu_2", "listen", "silence", true), (silence.CallId, silence.ToolName, silence.Text, silence.IsError));
        var cat = Assert.IsType<ToolResultPart>(Assert.Single(request.Turns[4].Parts));
        Assert.Equal([new TextPart("a cat"), new ImagePart(new InlineMedia("image/png", Picture))], cat.Content);
        Assert.Equal("and then?", request.Turns[5].Text);
        Assert.Empty(request.FamilyMembers);
        Assert.Empty(request.FamilyHints);
    }

    public static TheoryData<string, string> Blocks => new()
    {
        { """{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"iVBORw0KGgo="}}""", "image image/png" },
        { """{"type":"image","source":{"type":"base64","media_type":"image/webp","data":"AAAA"}}""", "image image/webp" },
        { """{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}""", "image https://example.com/a.png" },
        { """{"type":"document","title":"T","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0xLjc="}}""", "document application/pdf T" },
        { """{"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"}}""", "document words " },
        { """{"type":"document","context":"from a book","source":{"type":"url","url":"https://example.com/a.pdf"}}""", "text from a book|document https://example.com/a.pdf " },
        { """{"type":"document","source":{"type":"content","content":"words"}}""", "document words " },
        { """{"type":"document","source":{"type":"content","content":[{"type":"text","text":"one"},{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]}}""", "document one |image https://example.com/a.png" },
        { """{"type":"search_result","title":"T","source":"https://example.com","content":[{"type":"text","text":"found"}]}""", "text T\nhttps://example.com\nfound" },
    };

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_of_a_user_becomes_parts(string block, string expected)
    {
        var request = Read($$"""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{{block}}]}]}""");
        Assert.Equal(expected, string.Join('|', Assert.Single(request.Turns).Parts.Select(Describe)));
        Assert.Empty(request.FamilyMembers);
    }

    [Theory]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":4096}", true, null, 4096, null)]
    [InlineData("\"thinking\":{\"type\":\"adaptive\",\"display\":\"omitted\"}", true, null, null, false)]
    [InlineData("\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"},\"output_config\":{\"effort\":\"xhigh\"}", true, ReasoningEffort.XHigh, null, true)]
    [InlineData("\"thinking\":{\"type\":\"disabled\"},\"output_config\":{\"effort\":\"high\"}", false, null, null, null)]
    [InlineData("\"thinking\":{\"type\":\"between_tools\"}", true, ReasoningEffort.Low, null, null)]
    [InlineData("\"output_config\":{\"effort\":\"medium\"}", null, ReasoningEffort.Medium, null, null)]
    [InlineData("\"stream\":false", null, null, null, null)]
    public void Thinking_is_read(string members, bool? isOn, ReasoningEffort? effort, int? budget, bool? isVisible) => Assert.Equal(
        new ReasoningRequest(isOn, effort) { BudgetTokens = budget, IsVisible = isVisible },
        ReadWith(members).Reasoning);

    [Theory]
    [InlineData("\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}", "output_config.format.schema")]
    [InlineData("\"output_format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}", "output_format.schema")]
    public void A_schema_is_read_from_its_new_and_its_old_place(string members, string field) => Assert.Equal(
        new OutputFormat(OutputFormatKind.JsonSchema, """{"type":"object"}""", "response", null, true) { Field = field },
        ReadWith(members).Format);

    [Theory]
    [InlineData("""{"type":"auto"}""", ToolChoiceKind.Auto, null, null)]
    [InlineData("""{"type":"auto","disable_parallel_tool_use":true}""", ToolChoiceKind.Auto, null, false)]
    [InlineData("""{"type":"any"}""", ToolChoiceKind.Required, null, null)]
    [InlineData("""{"type":"none"}""", ToolChoiceKind.None, null, null)]
    [InlineData("""{"type":"tool","name":"f","disable_parallel_tool_use":true}""", ToolChoiceKind.Named, "f", false)]
    public void Tools_and_their_choice_are_read(string choice, ToolChoiceKind kind, string? name, bool? parallel)
    {
        var request = ReadWith($$$"""
            "tool_choice":{{{choice}}},
            "tools":[{"name":"f","description":"does f","input_schema":{"type":"object"},"strict":true,"cache_control":{"type":"ephemeral"},"input_examples":[{}]},
                     {"type":"custom","name":"g","input_schema":{"type":"object"}}]
            """);
        Assert.Equal(new ToolChoice(kind, name), request.ToolChoice);
        Assert.Equal(parallel, request.ParallelToolCalls);
        Assert.Equal(
            [new ToolDefinition("f", "does f", """{"type":"object"}""", true) { Cache = new CacheMark(null), Field = "tools[0].input_schema" }, new ToolDefinition("g", null, """{"type":"object"}""") { Field = "tools[1].input_schema" }],
            request.Tools);
        Assert.Equal(["tools.input_examples"], request.FamilyHints);
    }

    [Fact]
    public void Sampling_and_hints_are_read()
    {
        var request = ReadWith("\"temperature\":0.5,\"top_p\":0.9,\"top_k\":40,\"stop_sequences\":[\"END\"],\"metadata\":{\"user_id\":\"u\"},\"service_tier\":\"standard_only\",\"speed\":\"fast\"");
        Assert.Equal((0.5, 0.9, 40), (request.Sampling.Temperature, request.Sampling.TopP, request.Sampling.TopK));
        Assert.Equal(["END"], request.Sampling.Stop);
        Assert.Equal(new RequestHints { User = "u", ServiceTier = "default" }, request.Hints);
        Assert.Equal([new("speed", "\"fast\"")], request.Extensions);
    }

    [Theory]
    [InlineData("\"container\":\"c\"", "container")]
    [InlineData("\"mcp_servers\":[{\"type\":\"url\"}]", "mcp_servers")]
    [InlineData("\"inference_geo\":\"eu\"", "inference_geo")]
    [InlineData("\"context_management\":{\"edits\":[{\"type\":\"compact_20260112\"}]}", "context_management")]
    [InlineData("\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]", "tools[0].type")]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}]}]", "messages[0].content[1].source.file_id")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"server_tool_use\",\"id\":\"s\"}]}]", "messages[1].content[0].type")]
    public void What_only_Anthropic_can_do_is_left_to_it(string members, string field)
    {
        var member = Assert.Single(ReadWith(members).FamilyMembers);
        Assert.Equal(field, member.Field);
        Assert.StartsWith(field, member.Text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Edits_that_only_clear_something_hold_up_nobody()
    {
        var request = ReadWith("\"context_management\":{\"edits\":[{\"type\":\"clear_thinking_20251015\",\"keep\":\"all\"}]}");
        Assert.Empty(request.FamilyMembers);
        Assert.Equal(["context_management"], request.FamilyHints);
    }

    [Theory]
    [InlineData("\"max_tokens\":null", "max_tokens")]
    [InlineData("\"max_tokens\":-1", "max_tokens")]
    [InlineData("\"model\":null", "model")]
    [InlineData("\"messages\":[]", "messages")]
    [InlineData("\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]", "messages[0].role")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"\"}]", "messages[0].content")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"\"}]}]", "messages[0].content")]
    [InlineData("\"messages\":[{\"role\":\"user\"}]", "messages[0].content")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":5}]", "messages[0].content")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"file:///etc/passwd\"}}]}]", "messages[0].content[0].source.url")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"!\"}}]}]", "messages[0].content[0].source.data")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":\"x\"}]}]", "messages[0].content[0].tool_use_id")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}]},{\"role\":\"user\",\"content\":\"y\"}]", "messages[1].content[0].id")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}},{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}]}]", "messages[0].content[1].id")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":\"{}\"}]}]", "messages[0].content[0].input")]
    [InlineData("\"tools\":[{\"name\":\"f\"}]", "tools[0].input_schema")]
    [InlineData("\"tools\":[{\"name\":\"f\",\"input_schema\":{}},{\"name\":\"f\",\"input_schema\":{}}]", "tools[1].name")]
    [InlineData("\"tool_choice\":{\"type\":\"any\"}", "tool_choice")]
    [InlineData("\"tools\":[{\"name\":\"f\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"g\"}", "tool_choice.name")]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":10}", "thinking.budget_tokens")]
    [InlineData("\"thinking\":{\"type\":\"on\"}", "thinking.type")]
    [InlineData("\"output_config\":{\"effort\":\"huge\"}", "output_config.effort")]
    [InlineData("\"temperature\":1.5", "temperature")]
    [InlineData("\"top_k\":-1", "top_k")]
    [InlineData("\"stop_sequences\":[\" \"]", "stop_sequences[0]")]
    [InlineData("\"service_tier\":\"flex\"", "service_tier")]
    [InlineData("\"system\":5", "system")]
    public void A_malformed_request_is_refused_by_the_members_name(string members, string field) =>
        Messages.Refuses(Json.With(Defaults, members), field);

    [Theory]
    [InlineData("temperature", "1")]
    [InlineData("top_p", "1")]
    [InlineData("top_k", "1")]
    public void The_newer_version_knows_no_sampling(string name, string value)
    {
        var context = Headers(("anthropic-version", "2026-10-21"));
        var body = Json.Parse($$"""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}],"{{name}}":{{value}}}""");
        var error = Assert.Throws<GatewayException>(() => Messages.Read(body, context)).Error;
        Assert.Equal((name, $"{name}: Extra inputs are not permitted"), (error.Field, error.Message));
    }

    [Fact]
    public void Version_and_betas_go_to_a_provider_of_the_family()
    {
        var body = Json.Parse("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""");
        Assert.Equal([("anthropic-version", "2023-06-01")], Messages.Read(body, RequestContext.Bare).FamilyHeaders);
        Assert.Equal(
            [("anthropic-version", "2026-10-21"), ("anthropic-beta", "a,b")],
            Messages.Read(body, Headers(("anthropic-version", "2026-10-21"), ("anthropic-beta", "a,b"))).FamilyHeaders);
        Assert.Equal("anthropic-version", Assert.Throws<GatewayException>(() => Messages.Read(body, Headers(("anthropic-version", "1999-01-01")))).Error.Field);
    }

    [Theory]
    [InlineData("interleaved-thinking-2025-05-14", "interleaved-thinking-2025-05-14")]
    [InlineData(" a , ,b_2.0-x ,", "a,b_2.0-x")]
    [InlineData(" , ", null)]
    [InlineData("a b", "400")]
    [InlineData("a;q=1", "400")]
    [InlineData("a\r\nx-api-key: k", "400")]
    [InlineData("\u00e9", "400")]
    [InlineData("../x", "400")]
    public void Betas_go_on_only_as_a_list_of_names(string sent, string? passed)
    {
        const string body = """{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""";
        ChatRequest Read(string betas) => Messages.Read(Json.Parse(body), Headers(("anthropic-beta", betas)));
        if (passed == "400")
            Assert.Equal("anthropic-beta", Assert.Throws<GatewayException>(() => Read(sent)).Error.Field);
        else
            Assert.Equal(passed, Read(sent).FamilyHeaders.FirstOrDefault(header => header.Name == "anthropic-beta").Value);
        Assert.Throws<GatewayException>(() => Read(new string('a', 101)));
        Assert.Throws<GatewayException>(() => Read(string.Join(',', Enumerable.Repeat("a", 33))));
        Assert.NotEmpty(Read(string.Join(',', Enumerable.Repeat(new string('a', 100), 32))).FamilyHeaders);
    }

    [Fact]
    public void State_in_the_gateways_envelope_is_opened_and_a_forged_one_is_none()
    {
        var state = OpaqueState.Of(StateKind.OpenAIReasoning, "gpt", "cipher");
        var packed = Envelope.Wrap(state);
        var body = $$"""
            {"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[
              {"type":"thinking","thinking":"a","signature":"{{packed}}"},
              {"type":"redacted_thinking","data":"{{packed}}"},
              {"type":"thinking","thinking":"b","signature":"{{packed}}x"},
              {"type":"redacted_thinking","data":"{{packed}}x"},
              {"type":"thinking","thinking":"c","signature":""}]}]}
            """;
        var parts = Assert.Single(Messages.Read(Json.Parse(body), new RequestContext(_ => null, Envelope)).Turns).Parts;
        Assert.Equal([new ReasoningPart("a") { State = state }, new ReasoningPart("") { State = state }, new ReasoningPart("b"), new ReasoningPart("c")], parts);
    }

    [Fact]
    public void A_request_to_be_counted_needs_no_limit() =>
        Assert.Null(AnthropicMessages.ReadForCount(Json.Parse("""{"model":"m","messages":[{"role":"user","content":"x"}]}"""), RequestContext.Bare).Sampling.MaxOutputTokens);

    [Fact]
    public void An_id_may_come_again_once_its_call_was_answered()
    {
        var round = """{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]}""";
        Assert.Equal(4, Read($$"""{"model":"m","max_tokens":1,"messages":[{{round}},{{round}}]}""").Turns.Count);
    }

    private static ChatRequest Read(string json) => Messages.Read(json);

    private const string Defaults = """ "model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}] """;

    private static ChatRequest ReadWith(string members) => Read(Json.With(Defaults, members));

    private static RequestContext Headers(params (string Name, string Value)[] headers) =>
        new(name => headers.FirstOrDefault(header => header.Name == name).Value, Envelope);

    private static string Describe(Part part) => part switch
    {
        TextPart text => $"text {text.Text}",
        ImagePart image => $"image {Describe(image.Source)}",
        DocumentPart document => $"document {Describe(document.Source)} {document.FileName}",
        _ => part.ToString(),
    };

    private static string Describe(MediaSource source) => source is InlineMedia media ? media.ReadText() ?? media.MediaType : ((LinkedMedia)source).Url;
}
