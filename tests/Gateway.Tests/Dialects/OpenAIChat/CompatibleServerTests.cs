using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIChat;

public sealed class CompatibleServerTests
{
    private static readonly ToolDefinition F = new("f", null, null);
    private static readonly ToolDefinition G = new("g", null, null);
    private static readonly ChatRequest Request = new() { Model = "published", Family = "openai", Turns = [Turn.Of(Role.User, "hi")] };
    private static readonly ChatRequest WithTools = Request with { Tools = [F, G] };

    public static TheoryData<string> Servers => ["lmstudio", "vllm", "mistralrs", "ollama", "generic"];

    private static CompatibleServer Named(string name) => name switch
    {
        "lmstudio" => CompatibleServer.LMStudio,
        "vllm" => CompatibleServer.VLLM,
        "mistralrs" => CompatibleServer.MistralRs,
        "ollama" => CompatibleServer.Ollama,
        _ => CompatibleServer.Generic,
    };

    private static Sent Send(string server, ChatRequest request) => new OpenAIChatOutbound(Named(server)).Send(request);

    private static string? Raw(Sent sent, string member) => sent.Body.TryGetProperty(member, out var value) ? value.GetRawText() : null;

    [Theory]
    [InlineData("lmstudio", true)]
    [InlineData("mistralrs", true)]
    [InlineData("vllm", false)]
    [InlineData("ollama", false)]
    [InlineData("generic", false)]
    public void A_JSON_object_is_asked_for_by_a_schema_where_that_is_the_only_way(string server, bool bySchema)
    {
        var sent = Send(server, Request with { Format = new OutputFormat(OutputFormatKind.JsonObject) });
        Assert.Equal(
            bySchema
                ? """{"type":"json_schema","json_schema":{"name":"json","schema":{"type":"object","additionalProperties":true},"strict":false}}"""
                : """{"type":"json_object"}""",
            Raw(sent, "response_format"));
        Assert.Equal(bySchema ? [new Loss("response_format", LossAction.Emulated)] : [], sent.Losses);
    }

    [Theory]
    [InlineData("generic", """{"type":"function","function":{"name":"g"}}""", "f,g", false)]
    [InlineData("vllm", """{"type":"function","function":{"name":"g"}}""", "f,g", false)]
    [InlineData("mistralrs", """{"type":"function","function":{"name":"g"}}""", "f,g", false)]
    [InlineData("lmstudio", "\"required\"", "g", true)]
    [InlineData("ollama", null, "g", true)]
    public void One_tool_by_name(string server, string? choice, string tools, bool isEmulated)
    {
        var sent = Send(server, WithTools with { ToolChoice = new ToolChoice(ToolChoiceKind.Named, "g") });
        Assert.Equal(choice, Raw(sent, "tool_choice"));
        Assert.Equal(tools, string.Join(',', sent.Body.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").Text("name"))));
        Assert.Equal(isEmulated ? [new Loss("tool_choice", LossAction.Emulated)] : [], sent.Losses);
    }

    [Fact]
    public void A_server_that_reads_no_choice_gets_no_tools_when_none_may_be_called()
    {
        var none = Send("ollama", WithTools with { ToolChoice = ToolChoice.None, ParallelToolCalls = true });
        Assert.Equal(["model", "messages"], none.Body.Names());
        Assert.Contains(new Loss("tool_choice", LossAction.Emulated), none.Losses);
        Assert.Equal([new Loss("tool_choice", LossAction.Dropped)], Send("ollama", WithTools with { ToolChoice = ToolChoice.Required }).Losses);
        var auto = Send("ollama", WithTools with { ToolChoice = ToolChoice.Auto });
        Assert.Equal(["model", "messages", "tools"], auto.Body.Names());
        Assert.Empty(auto.Losses);
        Assert.Equal("\"none\"", Raw(Send("lmstudio", WithTools with { ToolChoice = ToolChoice.None }), "tool_choice"));
    }

    [Theory]
    [InlineData("lmstudio", "top_k,repeat_penalty,seed,logit_bias", "min_p")]
    [InlineData("vllm", "top_k,min_p,repetition_penalty,seed,logit_bias", "")]
    [InlineData("mistralrs", "top_k,min_p,repetition_penalty,logit_bias", "seed")]
    [InlineData("ollama", "seed", "top_k,min_p,repeat_penalty,logit_bias")]
    [InlineData("generic", "top_k,min_p,repeat_penalty,seed,logit_bias", "")]
    public void Sampling_goes_by_the_servers_names_and_what_it_lacks_is_told(string server, string sent, string lost)
    {
        var answer = Send(server, Request with { Sampling = new Sampling { TopK = 1, MinP = 0.1, RepeatPenalty = 1.1, Seed = 1, LogitBias = "{}", MaxOutputTokens = 5 } });
        Assert.Equal(sent, string.Join(',', answer.Body.Names().Except(["model", "messages", "max_tokens"])));
        Assert.True(answer.Body.Has("max_tokens"));
        Assert.Equal(lost, string.Join(',', answer.Losses.Select(loss => loss.Field)));
    }

    [Theory]
    [InlineData("lmstudio", true)]
    [InlineData("ollama", true)]
    [InlineData("vllm", false)]
    [InlineData("mistralrs", false)]
    [InlineData("generic", false)]
    public void A_picture_by_address_is_fetched_for_servers_that_do_not_fetch_it(string server, bool isFetchedHere)
    {
        var outbound = new OpenAIChatOutbound(Named(server));
        var picture = new ImagePart(new LinkedMedia("https://example.com/a.png"));
        Assert.Equal(!isFetchedHere, outbound.TraitsOf("m").FetchesLink(picture));
        var source = """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}"""u8;
        var linked = new Dragoman.Dialects.OpenAIChat.OpenAIChat().Read(Json.Parse(source.ToArray()), RequestContext.Bare) with { Source = JsonMembers.TryRead(source.ToArray()) };
        Assert.Equal(isFetchedHere, outbound.TryPassThrough(linked, "m") is null);
    }

    [Fact]
    public void More_than_one_answer_is_refused_where_only_one_would_come() =>
        Assert.Equal("n", new OpenAIChatOutbound(CompatibleServer.Ollama).Refuses(Request with { Sampling = new Sampling { Choices = 2 } }));

    [Theory]
    [InlineData("lmstudio", "system:a\n\nb,user:hi,system:c")]
    [InlineData("vllm", "system:a\n\nb,user:hi,system:c")]
    [InlineData("mistralrs", "system:a\n\nb,user:hi,system:c")]
    [InlineData("ollama", "system:a,system:b,user:hi,system:c")]
    [InlineData("generic", "system:a,system:b,user:hi,system:c")]
    public void The_role_is_always_system_and_leading_messages_are_joined_where_only_one_is_taken(string server, string messages)
    {
        var sent = Send(server, Request with { Turns = [Turn.Of(Role.System, "a"), Turn.Of(Role.Developer, "b"), Turn.Of(Role.User, "hi"), Turn.Of(Role.Developer, "c")] });
        Assert.Equal(messages, string.Join(',', sent.Body.GetProperty("messages").EnumerateArray().Select(message => message.Text("role") + ":" + message.Text("content"))));
    }

    [Theory]
    [InlineData(ReasoningEcho.Never, null, null, null, true)]
    [InlineData(ReasoningEcho.ToolCalls, null, "hm", "", true)]
    [InlineData(ReasoningEcho.Always, "so", "hm", "", false)]
    public void Earlier_reasoning_goes_back_where_it_is_wanted(ReasoningEcho echo, string? plain, string? withCall, string? withCallOnly, bool isLost)
    {
        var sent = new OpenAIChatOutbound(CompatibleServer.Generic with { EchoesReasoning = echo }).Send(Request with
        {
            Turns =
            [
                new Turn(Role.Assistant, [new ReasoningPart("so"), new TextPart("yes")]),
                new Turn(Role.Assistant, [new ReasoningPart("hm"), new ToolCallPart("a", "f", "{}")]),
                new Turn(Role.Tool, [new ToolResultPart("a", "f", [new TextPart("1")], IsError: false)]),
                new Turn(Role.Assistant, [new ToolCallPart("b", "f", "{}")]),
                new Turn(Role.Tool, [new ToolResultPart("b", "f", [new TextPart("1")], IsError: false)]),
            ],
        });
        var messages = sent.Body.GetProperty("messages").EnumerateArray().Where(message => message.Text("role") == "assistant");
        Assert.Equal([plain, withCall, withCallOnly], messages.Select(message => message.TryGetProperty("reasoning_content", out var text) ? text.GetString() : null));
        Assert.Equal(isLost, sent.Losses.Contains(new Loss("reasoning", LossAction.Dropped)));
    }

    [Theory]
    [InlineData("generic", "reasoning_effort", "\"none\"", "xhigh")]
    [InlineData("ollama", "reasoning_effort", "\"none\"", "xhigh")]
    [InlineData("lmstudio", "reasoning_effort", "\"none\"", "high")]
    [InlineData("vllm", "chat_template_kwargs", """{"enable_thinking":false}""", "high")]
    [InlineData("mistralrs", "enable_thinking", "false", "high")]
    public void Reasoning_is_switched_in_the_servers_own_way(string server, string member, string off, string highest)
    {
        Assert.Equal(["model", "messages"], Send(server, Request).Body.Names());
        Assert.Equal(["model", "messages"], Send(server, Request with { Reasoning = new ReasoningRequest(true, null) }).Body.Names());
        var isOff = Send(server, Request with { Reasoning = new ReasoningRequest(false, null) });
        Assert.Equal(["model", "messages", member], isOff.Body.Names());
        Assert.Equal(off, Raw(isOff, member));
        Assert.Equal("low", Send(server, Request with { Reasoning = new ReasoningRequest(true, ReasoningEffort.Low) }).Body.Text("reasoning_effort"));
        Assert.Equal("medium", Send(server, Request with { Reasoning = new ReasoningRequest(true, null) { BudgetTokens = 2048 } }).Body.Text("reasoning_effort"));
        Assert.Equal(highest, Send(server, Request with { Reasoning = new ReasoningRequest(true, null) { BudgetTokens = 50_000 } }).Body.Text("reasoning_effort"));
        Assert.Equal(highest, Send(server, Request with { Reasoning = new ReasoningRequest(true, ReasoningEffort.XHigh) }).Body.Text("reasoning_effort"));
    }

    [Fact]
    public void What_the_client_says_of_the_template_itself_is_not_said_twice()
    {
        var sent = Send("vllm", Request with { Reasoning = new ReasoningRequest(false, null), Extensions = new Dictionary<string, string> { ["chat_template_kwargs"] = "{\"a\":1}" } });
        Assert.Equal("{\"a\":1}", Raw(sent, "chat_template_kwargs"));
        Assert.Equal(["model", "messages", "chat_template_kwargs"], sent.Body.Names());
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public void Any_request_is_refused_or_written_with_paired_ids_and_without_repeated_members(string server) =>
        Generated.Check(Conversation.ChatRequests.Any, 150, request =>
        {
            Sent sent;
            try
            {
                sent = Send(server, request);
            }
            catch (GatewayException refusal)
            {
                Assert.True(refusal.Error.Field is "messages" or "n", refusal.Message);
                return;
            }

            Assert.Equal(sent.Body.Names().Length, sent.Body.Names().Distinct().Count());
            Assert.DoesNotContain(sent.Losses, loss => loss.Action == LossAction.Dropped && sent.Body.Has(loss.Field));
            if (request.Completion is null)
                OutboundCalls.AssertPaired(sent.Body, "^[^\\s]{1,40}$");
        });

    [Fact]
    public void A_server_that_refuses_stream_options_is_not_asked_again()
    {
        var outbound = new OpenAIChatOutbound(CompatibleServer.Generic);
        var call = outbound.Write(Request with { Stream = true }, "upstream", new LossReport());
        Assert.Null(outbound.Amend(call, GatewayError.Invalid("temperature", Wording.Verbatim("temperature is too hot"))));
        Assert.Null(outbound.Amend(call, new GatewayError(ErrorKind.RateLimited, Wording.Verbatim("stream_options"))));
        var amended = outbound.Amend(call, new GatewayError(ErrorKind.InvalidRequest, Wording.Verbatim("Unrecognized request argument supplied: stream_options")))!;
        Assert.Equal(["model", "messages", "stream"], Json.Parse(amended.Body).Names());
        Assert.Equal((call.Path, "upstream"), (amended.Path, amended.Model));
        Assert.Equal(["model", "messages", "stream"], outbound.Send(Request with { Stream = true }).Body.Names());
        Assert.Null(outbound.Amend(amended, new GatewayError(ErrorKind.InvalidRequest, Wording.Verbatim("stream_options"))));
    }
}
