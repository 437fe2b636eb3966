using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.OpenAIResponses.Outbound;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIResponses.Outbound;

public sealed class OpenAIResponsesOutboundTests
{
    private const string Reasoner = "gpt-5.6-terra";

    private static readonly OpenAIResponsesOutbound Dialect = new();

    private static ChatRequest Ask(params Turn[] turns) => new() { Model = "m", Turns = [Turn.Of(Role.User, "hi"), .. turns] };

    [Fact]
    public void Nothing_is_kept_and_a_reasoning_model_gives_its_state()
    {
        var body = Dialect.Send(Ask(), Reasoner).Body;
        Assert.Equal("""{"model":"gpt-5.6-terra","input":[{"type":"message","role":"user","content":"hi"}],"include":["reasoning.encrypted_content"],"store":false}""", body.GetRawText());
        Assert.False(Dialect.Send(Ask(), "gpt-4.1").Body.Has("include"));
    }

    [Fact]
    public void Reasoning_stands_before_what_it_led_to_and_never_alone()
    {
        var own = OpaqueState.Of(StateKind.OpenAIReasoning, Reasoner, "gA");
        var foreign = OpaqueState.Of(StateKind.AnthropicSignature, "claude", "s");
        var sent = Dialect.Send(
            Ask(
                new Turn(Role.Assistant, [new ReasoningPart("hm") { State = own }, new ReasoningPart("x") { State = foreign }, new ToolCallPart(new string('i', 80), "f", "{}")]),
                new Turn(Role.Tool, [new ToolResultPart(new string('i', 80), "f", [new TextPart("no")], IsError: true)]),
                new Turn(Role.Assistant, [new TextPart("b"), new RefusalPart("c"), new ReasoningPart("lost") { State = own }])),
            Reasoner);
        var input = sent.Body.GetProperty("input");
        Assert.Equal(["message", "reasoning", "function_call", "function_call_output", "message"], input.EnumerateArray().Select(item => item.Text("type")));
        Assert.Equal("""{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gA"}""", input[1].GetRawText());
        Assert.InRange(input[2].Text("call_id")!.Length, 1, 64);
        Assert.Equal(input[2].Text("call_id"), input[3].Text("call_id"));
        Assert.Equal("Error: no", input[3].Text("output"));
        Assert.Equal(["output_text", "refusal"], input[4].GetProperty("content").EnumerateArray().Select(part => part.Text("type")));
        Assert.Single(sent.Losses, loss => loss.Field == "reasoning");
    }

    [Fact]
    public void Tools_are_flat_and_say_whether_they_are_strict()
    {
        var request = Ask(
            new Turn(Role.Assistant, [new ToolCallPart("c", "p", FreeText.ArgumentsOf("go\n"))]),
            new Turn(Role.Tool, [new ToolResultPart("c", "p", [new ImagePart(new InlineMedia("image/png", "AAAA"))], false)])) with
        {
            Tools = [new ToolDefinition("f", "d", null), new ToolDefinition("p", null, FreeText.Parameters) { FreeText = new FreeText("""{"type":"text"}""") }],
            ToolChoice = new ToolChoice(ToolChoiceKind.Named, "p"),
            ParallelToolCalls = false,
        };
        var body = Dialect.Send(request).Body;
        Assert.Equal(
            """[{"type":"function","name":"f","description":"d","parameters":{"type":"object","properties":{}},"strict":false},{"type":"custom","name":"p","format":{"type":"text"}}]""",
            body.GetProperty("tools").GetRawText());
        Assert.Equal("""{"type":"custom","name":"p"}""", body.GetProperty("tool_choice").GetRawText());
        Assert.Equal("""{"type":"custom_tool_call","call_id":"c","name":"p","input":"go\n"}""", body.GetProperty("input")[1].GetRawText());
        Assert.Equal("""[{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"auto"}]""", body.GetProperty("input")[2].GetProperty("output").GetRawText());
    }

    [Fact]
    public void What_a_reasoning_model_refuses_is_left_out_and_told()
    {
        var request = Ask() with
        {
            Sampling = new Sampling { Temperature = 0.5, TopP = 1, Seed = 1, TopK = 4, MaxOutputTokens = 5, Stop = ["x"] },
            Reasoning = new ReasoningRequest(true, ReasoningEffort.High) { IsVisible = true },
            Format = new OutputFormat(OutputFormatKind.JsonObject),
            Hints = new RequestHints { User = "u", Verbosity = "low", Prediction = "{}" },
        };
        var sent = Dialect.Send(request, Reasoner);
        Assert.Equal("""{"effort":"high","summary":"auto"}""", sent.Body.GetProperty("reasoning").GetRawText());
        Assert.Equal("""{"format":{"type":"json_object"},"verbosity":"low"}""", sent.Body.GetProperty("text").GetRawText());
        Assert.Equal(16, sent.Body.GetProperty("max_output_tokens").GetInt32());
        Assert.Equal(["max_output_tokens", "prediction", "seed", "stop", "temperature", "top_k", "top_p"], sent.Losses.Select(loss => loss.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_would_change_the_answer_is_refused()
    {
        Assert.Equal("n", Dialect.Refuses(Ask() with { Sampling = new Sampling { Choices = 2 } }));
        Assert.Equal("logit_bias", Dialect.Refuses(Ask() with { Sampling = new Sampling { LogitBias = "{\"1\":2}" } }));
        Assert.Equal("audio", Dialect.Refuses(Ask() with { AudioOutput = new AudioOutput(null, null) }));
        Assert.Equal("suffix", Dialect.Refuses(Ask() with { Completion = new TextCompletion("a", "b", false) }));
        Assert.Equal("prompt", Dialect.Refuses(Ask() with { Completion = new TextCompletion("a", null, false) { FurtherPrompts = ["b"] } }));
    }

    [Fact]
    public void A_request_of_the_family_passes_through_but_for_the_models_name()
    {
        var source = Encoding.UTF8.GetBytes("""{ "model": "m", "input": "a", "novel": 1.0 }""");
        var call = Dialect.TryPassThrough(new ChatRequest { Model = "m", Family = "openai.responses", Source = JsonMembers.TryRead(source) }, "up");
        Assert.Equal("""{ "model": "up", "input": "a", "novel": 1.0 }""", Encoding.UTF8.GetString(call!.Body.Span));
        Assert.Equal("responses", call.Path);
        Assert.Null(Dialect.TryPassThrough(new ChatRequest { Model = "m", Family = "openai", Source = JsonMembers.TryRead(source) }, "up"));
        var enveloped = Encoding.UTF8.GetBytes("""{"model":"m","input":[{"type":"reasoning","encrypted_content":"gw1.as.x.y.z"}]}""");
        Assert.Null(Dialect.TryPassThrough(new ChatRequest { Model = "m", Family = "openai.responses", Source = JsonMembers.TryRead(enveloped) }, "up"));
    }

    [Theory]
    [InlineData("""{"model":"m","input":"Hi"}""", """{"max_output_tokens":70,"model":"up","input":"Hi"}""")]
    [InlineData("""{"model":"m","max_output_tokens":null}""", """{"model":"up","max_output_tokens":70}""")]
    public void A_limit_of_the_gateway_is_added_to_the_clients_request(string source, string expected)
    {
        var request = new ChatRequest { Model = "m", Family = "openai.responses", Source = JsonMembers.TryRead(System.Text.Encoding.UTF8.GetBytes(source)) }.LimitedTo(70);
        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(Dialect.TryPassThrough(request, "up")!.Body.Span));
    }

    [Theory]
    [InlineData("gpt-5.2", """{"model":"m","input":"a","reasoning":{"effort":"high"},"include":["reasoning.encrypted_content"]}""", null, null)]
    [InlineData("gpt-5.2", """{"model":"m","input":"a","temperature":1}""", null, null)]
    [InlineData("gpt-5.2", """{"model":"m","input":"a","temperature":0.2}""", "temperature", "temperature")]
    [InlineData("gpt-5.2", """{"model":"m","input":"a","top_p":0.2}""", "top_p", "top_p")]
    [InlineData("gpt-5.1", """{"model":"m","input":"a","reasoning":{"effort":"max"}}""", "reasoning_effort", "\"max\"")]
    [InlineData("gpt-5.2", """{"model":"m","input":"a","temperature":0.2,"tools":[{"type":"web_search"}]}""", null, null)]
    [InlineData("gpt-4.1", """{"model":"m","input":"a","temperature":0.2}""", null, null)]
    [InlineData("gpt-4.1", """{"model":"m","input":"a","reasoning":{"effort":"low","summary":"auto"}}""", "reasoning", "reasoning")]
    [InlineData("gpt-5-chat-latest", """{"model":"m","input":"a","include":["reasoning.encrypted_content"]}""", "include", "include")]
    [InlineData("my-deployment", """{"model":"m","input":"a","reasoning":{"effort":"low"},"temperature":0.2}""", null, null)]
    public void What_the_model_behind_the_name_refuses_keeps_a_request_from_passing(string model, string json, string? lost, string? leftOut)
    {
        var request = new Dragoman.Dialects.OpenAIResponses.Inbound.OpenAIResponses().Read(json) with { Source = JsonMembers.TryRead(Encoding.UTF8.GetBytes(json)) };
        Assert.Equal(lost is null, Dialect.TryPassThrough(request, model) is not null);
        if (lost is null)
            return;
        var sent = Dialect.Send(request, model);
        Assert.DoesNotContain(leftOut!, sent.Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(lost, string.Join(',', sent.Losses.Select(loss => loss.Field)));
    }

    [Fact]
    public void A_text_is_continued_by_chatting()
    {
        var sent = Dialect.Send(new ChatRequest { Model = "m", Turns = [Turn.Of(Role.User, "Once")], Completion = new TextCompletion("Once", null, false) });
        Assert.Equal("Once", sent.Body.GetProperty("input")[0].Text("content"));
        Assert.Contains(new Loss("raw completion", LossAction.Emulated), sent.Losses);
    }

    [Fact]
    public void A_schema_is_fitted_or_checked_here()
    {
        var fitting = Ask() with { Format = new OutputFormat(OutputFormatKind.JsonSchema, """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", "n", null, true) };
        Assert.Null(Dialect.Write(fitting, "gpt-4.1", new LossReport()).AnswerSchema);
        Assert.True(Dialect.Send(fitting).Body.GetProperty("text").GetProperty("format").GetProperty("strict").GetBoolean());

        const string Optional = """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"],"additionalProperties":false}""";
        var loose = Ask() with
        {
            Format = new OutputFormat(OutputFormatKind.JsonSchema, Optional, "n", null, true),
            Tools = [new ToolDefinition("f", null, Optional, true)],
        };
        var losses = new LossReport();
        var call = Dialect.Write(loose, "gpt-4.1", losses);
        Assert.Equal(Optional, call.AnswerSchema);
        var body = Json.Parse(call.Body);
        var format = body.GetProperty("text").GetProperty("format");
        Assert.Equal((Optional, false), (format.GetProperty("schema").GetRawText(), format.GetProperty("strict").GetBoolean()));
        Assert.False(body.GetProperty("tools")[0].GetProperty("strict").GetBoolean());
        Assert.Equal(["response_format", "strict"], losses.Items.Select(loss => loss.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_count_of_the_family_is_asked_in_the_clients_own_words()
    {
        var source = Encoding.UTF8.GetBytes("""{"model":"m","input":"a","previous_response_id":"resp_1"}""");
        var call = Dialect.WriteTokenCount(new ChatRequest { Model = "m", Family = "openai.responses", Source = JsonMembers.TryRead(source) }, "up", new LossReport())!;
        Assert.Equal(("responses/input_tokens", """{"model":"up","input":"a","previous_response_id":"resp_1"}"""), (call.Path, Encoding.UTF8.GetString(call.Body.Span)));
        var written = Json.Parse(Dialect.WriteTokenCount(Ask() with { Hints = new RequestHints { Verbosity = "low" } }, "up", new LossReport())!.Body);
        Assert.Equal(["model", "input", "text"], written.Names());
        Assert.Equal(11, Dialect.ReadTokenCount(WireFixture.Named("openai-responses/input-tokens").Body));
        Assert.Equal(502, Assert.Throws<GatewayException>(() => Dialect.ReadTokenCount("{\"input_tokens\":\"x\"}"u8.ToArray())).Error.Status);
    }

    [Fact]
    public void Any_request_is_written_as_json_or_refused() => Generated.Check(ChatRequests.Any, 300, request =>
    {
        try
        {
            Assert.NotEqual(0, Dialect.Send(request).Body.GetProperty("input").GetArrayLength());
        }
        catch (GatewayException refusal)
        {
            Assert.Equal(400, refusal.Error.Status);
        }
    });
}
