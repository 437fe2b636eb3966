using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Inbound;

public sealed class AnthropicAnswerTests
{
    private static readonly AnthropicMessages Messages = new();
    private static readonly ChatRequest Request = new() { Model = "published" };

    [Fact]
    public void Blocks_come_in_the_order_in_which_the_model_said_them()
    {
        var foreign = OpaqueState.Of(StateKind.OpenAIReasoning, "gpt", "cipher");
        var answer = Messages.Answer(Request, Collect(events =>
        {
            events.Reasoning(0, "h\\nm"u8);
            events.State(0, null, foreign);
            events.State(0, null, foreign);
            events.State(0, null, OpaqueState.Of(StateKind.AnthropicRedacted, "claude", "hidden"));
            events.Text(0, "Look: "u8);
            events.ToolStart(0, 0, "call.1", "f");
            events.ToolArguments(0, 0, "{\\\"a\\\":1}"u8);
            events.ToolEnd(0, 0);
            events.ToolStart(0, 1, "toolu_2", "g");
            events.ToolEnd(0, 1);
            events.Text(0, "done"u8);
            events.Usage(new Usage(100, 20, CacheRead: 30, CacheWrite: 50, Reasoning: 7));
            events.Stop(0, StopReason.ToolCalls);
        }));
        Assert.Equal(("msg_req-1", "message", "assistant", "published"), (answer.Text("id"), answer.Text("type"), answer.Text("role"), answer.Text("model")));
        var content = answer.GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(["thinking", "redacted_thinking", "redacted_thinking", "text", "tool_use", "tool_use", "text"], content.Select(block => block.Text("type")));
        Assert.Equal("h\nm", content[0].Text("thinking"));
        Assert.Equal(foreign, StateEnvelope.OfProcess.Unwrap(content[0].Text("signature")!));
        Assert.Equal(foreign, StateEnvelope.OfProcess.Unwrap(content[1].Text("data")!));
        Assert.Equal(StateKind.AnthropicRedacted, StateEnvelope.OfProcess.Unwrap(content[2].Text("data")!)!.Kind);
        Assert.Matches("^toolu_[0-9A-Za-z]{24}$", content[4].Text("id"));
        Assert.Equal("""{"a":1}""", content[4].GetProperty("input").GetRawText());
        Assert.Equal(("toolu_2", "{}"), (content[5].Text("id"), content[5].GetProperty("input").GetRawText()));
        Assert.Equal("tool_use", answer.Text("stop_reason"));
        var usage = answer.GetProperty("usage");
        Assert.Equal((20, 50, 30, 20, 7), (
            usage.GetProperty("input_tokens").GetInt32(),
            usage.GetProperty("cache_creation_input_tokens").GetInt32(),
            usage.GetProperty("cache_read_input_tokens").GetInt32(),
            usage.GetProperty("output_tokens").GetInt32(),
            usage.GetProperty("output_tokens_details").GetProperty("thinking_tokens").GetInt32()));
    }

    [Theory]
    [InlineData(StopReason.Stop, false, "end_turn")]
    [InlineData(StopReason.ToolCalls, false, "end_turn")]
    [InlineData(StopReason.Stop, true, "tool_use")]
    [InlineData(StopReason.StopSequence, false, "stop_sequence")]
    [InlineData(StopReason.Length, true, "max_tokens")]
    [InlineData(StopReason.ContextWindow, false, "model_context_window_exceeded")]
    [InlineData(StopReason.ContentFilter, false, "refusal")]
    public void A_stop_has_Anthropics_word_in_both_forms(StopReason reason, bool withCall, string expected)
    {
        var answer = Messages.Answer(Request, Collect(Raise));
        Assert.Equal(expected, answer.Text("stop_reason"));
        Assert.Equal(expected == "stop_sequence" ? "END" : null, answer.Text("stop_sequence"));
        var stream = AnthropicEvents.Read(Messages.Stream(Request, events =>
        {
            Raise(events);
            events.End();
        }));
        Assert.Equal(expected, stream.StopReason);
        Assert.Equal(expected == "stop_sequence" ? "END" : null, stream.Delta!.Value.GetProperty("delta").Text("stop_sequence"));

        void Raise(IAnswerEvents events)
        {
            events.Text(0, "a"u8);
            if (withCall)
            {
                events.ToolStart(0, 0, "t", "f");
                events.ToolEnd(0, 0);
            }

            events.Stop(0, reason, "END");
        }
    }

    [Fact]
    public void A_refusal_is_text_and_a_reason()
    {
        var answer = Messages.Answer(Request, Collect(events =>
        {
            events.Refusal(0, "I cannot."u8);
            events.Stop(0, StopReason.Stop);
        }));
        Assert.Equal(("I cannot.", "refusal"), (answer.GetProperty("content")[0].Text("text"), answer.Text("stop_reason")));
        Assert.Equal("refusal", answer.GetProperty("stop_details").Text("type"));
    }

    [Fact]
    public void A_call_that_a_limit_cut_off_is_left_out_and_any_other_broken_one_fails()
    {
        ChatAnswer Broken(StopReason reason) => Collect(events =>
        {
            events.Text(0, "a"u8);
            events.ToolStart(0, 0, "t", "f");
            events.ToolArguments(0, 0, "{\\\"a\\\":"u8);
            events.ToolEnd(0, 0);
            events.Stop(0, reason);
        });

        var answer = Messages.Answer(Request, Broken(StopReason.Length));
        Assert.Equal(1, answer.GetProperty("content").GetArrayLength());
        Assert.Equal("max_tokens", answer.Text("stop_reason"));
        Assert.Equal(ErrorKind.UpstreamFailed, Assert.Throws<GatewayException>(() => Messages.Answer(Request, Broken(StopReason.ToolCalls))).Error.Kind);
    }

    [Fact]
    public void Thinking_is_shown_as_the_client_wants_it()
    {
        ChatAnswer Thought() => Collect(events =>
        {
            events.Reasoning(0, "hm"u8);
            events.State(0, null, OpaqueState.Of(StateKind.OpenAIReasoning, "gpt", "cipher"));
            events.Text(0, "a"u8);
            events.Stop(0, StopReason.Stop);
        });

        var off = Messages.Answer(Request with { Reasoning = new ReasoningRequest(false, null) }, Thought()).GetProperty("content");
        Assert.Equal("text", Assert.Single(off.EnumerateArray()).Text("type"));
        var omitted = Messages.Answer(Request with { Reasoning = new ReasoningRequest(true, null) { IsVisible = false } }, Thought()).GetProperty("content")[0];
        Assert.Equal(("thinking", ""), (omitted.Text("type"), omitted.Text("thinking")));
        Assert.NotEmpty(omitted.Text("signature")!);
    }

    [Fact]
    public void Media_cannot_be_carried_and_that_is_said()
    {
        var error = Assert.Throws<GatewayException>(() => Messages.Answer(Request, Collect(events =>
        {
            events.Media(0, "image/png", "AAAA"u8);
            events.Stop(0, StopReason.Stop);
        }))).Error;
        Assert.Contains("image/png", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_that_were_not_reported_are_zero()
    {
        var usage = Messages.Answer(Request, Collect(events =>
        {
            events.Text(0, "a"u8);
            events.Usage(new Usage(5, 5, Origin: UsageOrigin.Estimated));
            events.Stop(0, StopReason.Stop);
        })).GetProperty("usage");
        Assert.Equal((0, 0), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public void Passed_through_an_answer_changes_in_its_models_name_alone()
    {
        var output = new ArrayBufferWriter<byte>();
        var lane = Messages.OpenPassThrough(InboundCalls.Context(Request with { Stream = true }), output)!;
        lane.ForwardEvent("message_start"u8, """{"type":"message_start", "message":{"id":"msg_1","model":"upstream","x":{"model":"stays"}}}"""u8);
        lane.ForwardEvent(default, """{"type":"ping"}"""u8);
        lane.ForwardEvent("brand_new"u8, """{"type":"brand_new","model":"stays"  }"""u8);
        lane.ForwardEvent("message_stop"u8, """{"type":"message_stop"}"""u8);
        lane.CloseStream();
        Assert.Equal(
            """
            event: message_start
            data: {"type":"message_start", "message":{"id":"msg_1","model":"published","x":{"model":"stays"}}}

            event: ping
            data: {"type":"ping"}

            event: brand_new
            data: {"type":"brand_new","model":"stays"  }

            event: message_stop
            data: {"type":"message_stop"}


            """.ReplaceLineEndings("\n"),
            Json.TextOf(output));

        output.ResetWrittenCount();
        lane.ForwardBody("""{"model" : "upstream", "unknown":[1.0]}"""u8);
        Assert.Equal("""{"model" : "published", "unknown":[1.0]}""", Json.TextOf(output));
    }

    [Fact]
    public void Passed_through_a_failure_is_an_error_event()
    {
        var output = new ArrayBufferWriter<byte>();
        Messages.OpenPassThrough(InboundCalls.Context(Request with { Stream = true }), output)!.Fail(new GatewayError(ErrorKind.Overloaded, Wording.Verbatim("busy")));
        Assert.Equal("overloaded_error", AnthropicEvents.Read(Json.TextOf(output)).Error!.Value.Text("type"));
    }

    [Fact]
    public void Limits_are_told_in_Anthropics_headers()
    {
        var clock = new ManualTimeProvider();
        var headers = new AnthropicMessages(clock).AnswerHeaders("req-1", new RateLimits(new RateLimit(100, 99, TimeSpan.FromSeconds(90)), new RateLimit(1000, null, null))).ToDictionary();
        Assert.Equal(["request-id", "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", "anthropic-ratelimit-tokens-limit"], headers.Keys);
        Assert.Equal("req-1", headers["request-id"]);
        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromSeconds(90), DateTimeOffset.Parse(headers["anthropic-ratelimit-requests-reset"], System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromSeconds(1));
        Assert.Equal("request-id", Assert.Single(Messages.AnswerHeaders("req-1", null)).Name);
    }

    [Fact]
    public void A_prompt_that_is_too_long_is_told_in_the_words_that_clients_look_for()
    {
        var output = new ArrayBufferWriter<byte>();
        AnthropicErrors.Shape.WriteError(output, new GatewayError(ErrorKind.ContextTooLong, Wording.Verbatim("This model reads 8192 tokens.")), "req-1");
        Assert.Equal("prompt is too long: This model reads 8192 tokens.", Json.Parse(output.WrittenMemory).GetProperty("error").Text("message"));
    }

    private static ChatAnswer Collect(Action<IAnswerEvents> raise)
    {
        var events = new CheckedEvents();
        events.Start(null);
        raise(events);
        events.End();
        return events.Answer;
    }
}
