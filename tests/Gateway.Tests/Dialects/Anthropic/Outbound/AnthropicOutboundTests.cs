using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Dialects.Requests;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

/// <summary>The requests to Anthropic, rule by rule (specs/dialects.md 1.3, 2).</summary>
public sealed class AnthropicOutboundTests
{
    private const string Haiku45 = "claude-haiku-4-5-20251001";
    private const string Opus46 = "claude-opus-4-6";
    private const string Opus48 = "claude-opus-4-8";
    private const string Sonnet35 = "claude-3-5-sonnet-20241022";

    private static readonly AnthropicOutbound Anthropic = new();
    private static readonly ChatRequest Request = new ChatRequest { Model = "published", Turns = [Turn.Of(Role.User, "hi")] }.From("openai");
    private static readonly ToolDefinition Tool = new("f", "does f", ChatRequests.ToolSchema);

    private static string LossesOf(Sent sent) => string.Join(", ", sent.Losses.Distinct().Select(loss => $"{loss.Field}={loss.Action.ToString().ToLowerInvariant()}"));

    private static string MessagesOf(IReadOnlyList<Turn> turns, string model = Haiku45) => Anthropic.Send(Request with { Turns = turns }, model).Body.GetProperty("messages").GetRawText();

    private static Turn User(params Part[] parts) => new(Role.User, parts);

    private static Turn Assistant(params Part[] parts) => new(Role.Assistant, parts);

    private static Turn Result(string id, string text, bool isError = false) => new(Role.Tool, [new ToolResultPart(id, "f", [new TextPart(text)], isError)]);

    private static ReasoningPart Thought(string text, string model, StateKind kind = StateKind.AnthropicSignature) => new(text) { State = OpaqueState.Of(kind, model, "c2ln") };

    [Fact]
    public void A_simple_request_has_what_Anthropic_requires()
    {
        var sent = Anthropic.Send(Request with { Stream = true, Sampling = new Sampling { MaxOutputTokens = 5 } }, Haiku45);
        Assert.Equal("messages", sent.Path);
        Assert.Equal("""{"model":"claude-haiku-4-5-20251001","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"stream":true}""", sent.Body.GetRawText());
        Assert.Empty(sent.Losses);
    }

    [Fact]
    public void A_conversation_takes_Anthropics_order()
    {
        var sent = Anthropic.Send(
            Request with
            {
                Turns =
                [
                    Turn.Of(Role.System, "s"),
                    Turn.Of(Role.Developer, "d"),
                    User(new TextPart("a")) with { Name = "me" },
                    User(new TextPart(" "), new TextPart("b")),
                    Assistant(new TextPart(""), new ToolCallPart("call_1", "f", "{\"a\": 1.0}"), new ToolCallPart("weird id!", "f", "{}")),
                    Turn.Of(Role.System, "mind"),
                    Result("call_1", "42"),
                    Result("weird id!", " ", isError: true),
                    User(new TextPart("c")),
                    Assistant(new RefusalPart("no")),
                    Assistant(new TextPart("really \n")),
                ],
            },
            Haiku45);
        Assert.Equal("""[{"type":"text","text":"s"},{"type":"text","text":"d"}]""", sent.Body.GetProperty("system").GetRawText());
        var id = "toolu_" + ToolCallId.Alphanumeric("weird id!", 24);
        Assert.Equal(
            $$$"""
            [{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
            {"role":"assistant","content":[{"type":"tool_use","id":"call_1","name":"f","input":{"a": 1.0}},{"type":"tool_use","id":"{{{id}}}","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"42"},{"type":"tool_result","tool_use_id":"{{{id}}}","is_error":true},
            {"type":"text","text":"<system-reminder>\nmind\n</system-reminder>"},{"type":"text","text":"c"}]},
            {"role":"assistant","content":[{"type":"text","text":"no"},{"type":"text","text":"really"}]}]
            """.ReplaceLineEndings(""),
            sent.Body.GetProperty("messages").GetRawText());
        Assert.Equal("messages[2].name=dropped, system=emulated, tools=emulated", LossesOf(sent));
    }

    [Theory]
    [InlineData(Opus48, "user system")]
    [InlineData("claude-sonnet-5", "user system")]
    [InlineData(Opus46, "user")]
    public void Instructions_at_the_end_stay_instructions_where_the_model_takes_them(string model, string roles)
    {
        var body = Anthropic.Send(Request with { Turns = [Turn.Of(Role.User, "a"), Turn.Of(Role.System, "s"), Turn.Of(Role.System, "t")] }, model).Body;
        Assert.Equal(roles, string.Join(' ', body.GetProperty("messages").EnumerateArray().Select(message => message.Text("role"))));
    }

    [Theory]
    [InlineData("u s a u", "user system assistant user")]
    [InlineData("u s u", "user")]
    [InlineData("u a s u", "user assistant user")]
    [InlineData("u a s a u", "user assistant user assistant user")]
    public void Instructions_stand_among_messages_only_where_that_is_legal(string turns, string roles)
    {
        var conversation = turns.Split(' ').Select(role => Turn.Of(role switch { "u" => Role.User, "a" => Role.Assistant, _ => Role.System }, role)).ToList();
        var body = Anthropic.Send(Request with { Turns = conversation }, Opus48).Body;
        Assert.Equal(roles, string.Join(' ', body.GetProperty("messages").EnumerateArray().Select(message => message.Text("role"))));
    }

    [Fact]
    public void A_conversation_of_instructions_alone_is_answered_all_the_same()
    {
        var sent = Anthropic.Send(Request with { Turns = [Turn.Of(Role.System, "a"), Turn.Of(Role.System, "b")] }, Haiku45);
        Assert.Equal("""[{"role":"user","content":[{"type":"text","text":"b"}]}]""", sent.Body.GetProperty("messages").GetRawText());
        Assert.Equal("system=emulated", LossesOf(sent));
    }

    [Fact]
    public void A_conversation_without_words_is_refused() => Assert.Equal("messages", Anthropic.Refuses(Request with { Turns = [Turn.Of(Role.User, " \n")] }));

    [Theory]
    [InlineData(Haiku45, true)]
    [InlineData(Sonnet35, true)]
    [InlineData(Opus46, false)]
    [InlineData("claude-sonnet-5-5", false)]
    public void A_beginning_of_the_answer_is_refused_early_by_models_that_take_none(string model, bool isTaken)
    {
        var request = Request with { Turns = [Turn.Of(Role.User, "a"), Turn.Of(Role.Assistant, "{ ")] };
        if (isTaken)
        {
            Assert.Equal("{", Anthropic.Send(request, model).Body.GetProperty("messages")[1].GetProperty("content")[0].Text("text"));
            return;
        }

        var error = Assert.Throws<GatewayException>(() => Anthropic.Send(request, model)).Error;
        Assert.Equal(("messages", 400), (error.Field, error.Status));
        Assert.Contains(model, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Media_take_Anthropics_form() => Assert.Equal(
        """
        [{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
        {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},
        {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"},"title":"a.pdf"},
        {"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}},
        {"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"}}]}]
        """.ReplaceLineEndings(""),
        MessagesOf(
        [
            User(
                new ImagePart(new InlineMedia("image/PNG", "AAAA")),
                new ImagePart(new LinkedMedia("https://example.com/a.png")),
                new DocumentPart(new InlineMedia("application/pdf", "AAAA"), "a.pdf"),
                new DocumentPart(new LinkedMedia("https://example.com/a.pdf"), null),
                new DocumentPart(InlineMedia.OfText("words"), null)),
        ]));

    [Fact]
    public void Media_that_Anthropic_does_not_know_are_refused()
    {
        Assert.Equal("messages", Anthropic.Refuses(Request with { Turns = [User(new AudioPart(new InlineMedia("audio/wav", "AAAA"), "wav"))] }));
        Assert.Equal("messages", Anthropic.Refuses(Request with { Turns = [User(new ImagePart(new InlineMedia("image/tiff", "AAAA")))] }));
        Assert.Equal("messages", Anthropic.Refuses(Request with { Turns = [User(new DocumentPart(new InlineMedia("application/zip", "AAAA"), null))] }));
    }

    [Fact]
    public void A_tools_pictures_stay_in_its_result()
    {
        var messages = MessagesOf(
        [
            Turn.Of(Role.User, "a"),
            Assistant(new ToolCallPart("t", "f", "{}")),
            new Turn(Role.Tool, [new ToolResultPart("t", "f", [new TextPart("see"), new ImagePart(new InlineMedia("image/png", "AAAA"))], IsError: false)]),
        ]);
        Assert.Contains("""{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}""", messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_that_are_no_object_are_refused() =>
        Assert.Equal("messages", Anthropic.Refuses(Request with { Turns = [Turn.Of(Role.User, "a"), Assistant(new ToolCallPart("t", "f", "[1")), Result("t", "x")] }));

    [Fact]
    public void Thinking_goes_back_only_to_the_model_that_thought_it()
    {
        Turn[] turns =
        [
            Turn.Of(Role.User, "a"),
            Assistant(Thought("hm", Haiku45), Thought("", Haiku45, StateKind.AnthropicRedacted), Thought("other", Opus46), new ReasoningPart("plain"), new TextPart("b")),
            Assistant(Thought("alone", Haiku45)),
            Turn.Of(Role.User, "c"),
        ];
        var sent = Anthropic.Send(Request with { Turns = turns }, Haiku45);
        Assert.Equal(
            """[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"c2ln"},{"type":"text","text":"b"}]""",
            sent.Body.GetProperty("messages")[1].GetProperty("content").GetRawText());
        Assert.Equal("reasoning=dropped", LossesOf(sent));
    }

    [Theory]
    [InlineData(Haiku45, true, true, "enabled")]
    [InlineData(Haiku45, false, true, null)]
    [InlineData(Haiku45, false, false, "enabled")]
    [InlineData(Opus46, false, true, "adaptive")]
    public void A_tool_loop_without_its_thinking_goes_on_without(string model, bool hasThinking, bool isInLoop, string? type)
    {
        var call = Assistant([.. hasThinking ? (Part[])[Thought("hm", model)] : [], new ToolCallPart("t", "f", "{}")]);
        Turn[] turns = [Turn.Of(Role.User, "a"), call, Result("t", "1"), .. isInLoop ? (Turn[])[] : [Turn.Of(Role.Assistant, "done"), Turn.Of(Role.User, "next")]];
        var sent = Anthropic.Send(Request with { Turns = turns, Tools = [Tool], Reasoning = new ReasoningRequest(true, null) }, model);
        Assert.Equal(type, sent.Body.TryGetProperty("thinking", out var thinking) ? thinking.Text("type") : null);
        Assert.Equal(type is null ? "reasoning=dropped" : "", LossesOf(sent));
    }

    [Theory]
    [InlineData(Haiku45, null, null, null, 64000, "", "")]
    [InlineData(Haiku45, ReasoningEffort.None, null, null, 64000, "", "")]
    [InlineData(Haiku45, ReasoningEffort.Low, null, null, 64000, """{"type":"enabled","budget_tokens":2048}""", "")]
    [InlineData(Haiku45, ReasoningEffort.High, null, 1000, 25576, """{"type":"enabled","budget_tokens":24576}""", "max_tokens=clamped")]
    [InlineData(Haiku45, ReasoningEffort.Max, null, 1000, 64000, """{"type":"enabled","budget_tokens":63000}""", "max_tokens=clamped, reasoning=clamped")]
    [InlineData(Haiku45, null, 10, 5000, 5000, """{"type":"enabled","budget_tokens":1024}""", "reasoning=clamped")]
    [InlineData(Haiku45, null, null, 90000, 64000, "", "max_tokens=clamped")]
    [InlineData(Sonnet35, ReasoningEffort.High, null, null, 8192, "", "reasoning=dropped")]
    [InlineData(Sonnet35, ReasoningEffort.None, null, null, 8192, "", "")]
    [InlineData("claude-opus-4-1-20250805", null, null, null, 32000, "", "")]
    [InlineData("claude-3-opus-20240229", null, null, null, 4096, "", "")]
    [InlineData("some-imitation", null, null, null, 4096, "", "")]
    [InlineData("some-imitation", ReasoningEffort.Medium, null, null, 12288, """{"type":"enabled","budget_tokens":8192}""", "")]
    [InlineData(Opus46, ReasoningEffort.Minimal, null, 100, 100, """{"type":"adaptive"} {"effort":"low"}""", "")]
    [InlineData(Opus46, ReasoningEffort.XHigh, null, 100, 100, """{"type":"adaptive"} {"effort":"high"}""", "reasoning_effort=clamped")]
    [InlineData(Opus48, ReasoningEffort.XHigh, null, 100, 100, """{"type":"adaptive"} {"effort":"xhigh"}""", "")]
    [InlineData(Opus48, ReasoningEffort.Max, null, 100, 100, """{"type":"adaptive"} {"effort":"max"}""", "")]
    [InlineData(Opus48, null, 9000, 100, 100, """{"type":"adaptive"} {"effort":"high"}""", "reasoning budget=emulated")]
    [InlineData(Opus48, ReasoningEffort.None, null, 100, 100, """{"type":"disabled"}""", "")]
    [InlineData("claude-opus-5-5", ReasoningEffort.None, null, 100, 100, """{"type":"between_tools"}""", "reasoning=clamped")]
    [InlineData("claude-fable-5", ReasoningEffort.None, null, 100, 100, """{"type":"between_tools"}""", "reasoning=clamped")]
    [InlineData("claude-opus-latest", null, null, null, 128000, "", "")]
    public void Reasoning_and_length_fit_the_model(string model, ReasoningEffort? effort, int? budget, int? asked, int limit, string expected, string losses)
    {
        var reasoning = new ReasoningRequest(effort is null && budget is null ? null : effort != ReasoningEffort.None, effort) { BudgetTokens = budget };
        var sent = Anthropic.Send(Request with { Reasoning = reasoning, Sampling = new Sampling { MaxOutputTokens = asked } }, model);
        Assert.Equal(limit, sent.Body.GetProperty("max_tokens").GetInt32());
        var told = (string[])[.. ((string[])["thinking", "output_config"]).Where(name => sent.Body.Has(name)).Select(name => sent.Body.GetProperty(name).GetRawText())];
        Assert.Equal(expected, string.Join(' ', told));
        Assert.Equal(losses, LossesOf(sent));
        Assert.Equal(limit > 21_333, sent.Body.Has("stream"));
    }

    [Theory]
    [InlineData("openai", null, null)]
    [InlineData("openai", true, "summarized")]
    [InlineData("ollama", null, "summarized")]
    [InlineData("ollama", false, "omitted")]
    public void Thinking_is_told_to_those_who_show_it(string family, bool? isVisible, string? display)
    {
        var sent = Anthropic.Send(Request.From(family) with { Reasoning = new ReasoningRequest(true, null) { IsVisible = isVisible } }, Opus48);
        Assert.Equal(display, sent.Body.GetProperty("thinking").TryGetProperty("display", out var told) ? told.GetString() : null);
    }

    [Theory]
    [InlineData(Sonnet35, 1.5, 0.5, 5, false, """{"temperature":1,"top_p":0.5,"top_k":5}""", "temperature=clamped")]
    [InlineData(Haiku45, 0.5, 0.5, 5, false, """{"temperature":0.5,"top_k":5}""", "top_p=dropped")]
    [InlineData(Haiku45, null, 0.5, 0, false, """{"top_p":0.5}""", "")]
    [InlineData(Haiku45, 0.5, 0.96, 5, true, """{"top_p":0.96}""", "temperature=dropped, top_k=dropped")]
    [InlineData(Haiku45, 1.0, 0.5, null, true, "{}", "top_p=dropped")]
    [InlineData(Opus48, 0.5, 0.5, 5, false, "{}", "temperature=dropped, top_p=dropped, top_k=dropped")]
    [InlineData(Opus48, 1.0, 1.0, null, false, "{}", "")]
    public void Sampling_fits_the_model(string model, double? temperature, double? topP, int? topK, bool thinks, string expected, string losses)
    {
        var sampling = new Sampling { Temperature = temperature, TopP = topP, TopK = topK, MaxOutputTokens = 8000 };
        var sent = Anthropic.Send(Request with { Sampling = sampling, Reasoning = thinks ? new ReasoningRequest(true, ReasoningEffort.Low) : default }, model);
        var told = ((string[])["temperature", "top_p", "top_k"]).Where(name => sent.Body.Has(name)).Select(name => $"\"{name}\":{sent.Body.GetProperty(name).GetRawText()}");
        Assert.Equal(expected, "{" + string.Join(',', told) + "}");
        Assert.Equal(losses, LossesOf(sent));
    }

    [Fact]
    public void The_newest_API_version_knows_no_sampling()
    {
        var sent = new AnthropicOutbound("2026-10-21").Send(Request with { Sampling = new Sampling { Temperature = 0.5 } }, Sonnet35);
        Assert.False(sent.Body.Has("temperature"));
        Assert.Equal("temperature=dropped", LossesOf(sent));
    }

    [Fact]
    public void What_Anthropic_has_no_word_for_is_told()
    {
        var sent = Anthropic.Send(
            Request with
            {
                Sampling = new Sampling { MinP = 0.1, RepeatPenalty = 1.1, PresencePenalty = 1, FrequencyPenalty = 1, Seed = 1, Choices = 1, LogitBias = "{ }", Logprobs = false, MaxOutputTokens = 9 },
                Hints = new RequestHints { Metadata = "{}", Store = true, Verbosity = "low", PromptCacheKey = "k", Prediction = "{}", ServiceTier = "flex" },
                Extensions = new Dictionary<string, string> { ["surprise"] = "1" },
            },
            Haiku45);
        Assert.Equal(["model", "max_tokens", "messages"], sent.Body.Names());
        Assert.Equal(
            "min_p, repeat_penalty, presence_penalty, frequency_penalty, seed, metadata, service_tier, prompt_cache_key, store, verbosity, prediction, surprise",
            string.Join(", ", sent.Losses.Select(loss => loss.Field)));
    }

    public static TheoryData<string, ChatRequest> Refused => new()
    {
        { "n", Request with { Sampling = new Sampling { Choices = 2 } } },
        { "logprobs", Request with { Sampling = new Sampling { Logprobs = true } } },
        { "logit_bias", Request with { Sampling = new Sampling { LogitBias = "{\"1\":2}" } } },
        { "audio", Request with { AudioOutput = new AudioOutput(null, null) } },
        { "suffix", Request with { Completion = new TextCompletion("a", "b", false) } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_would_change_the_answer_is_refused(string field, ChatRequest request) => Assert.Equal(field, Anthropic.Refuses(request));

    [Fact]
    public void Ollamas_clients_do_not_count_on_log_probabilities() =>
        Assert.Equal("logprobs=dropped", LossesOf(Anthropic.Send(Request.From("ollama") with { Sampling = new Sampling { Logprobs = true } }, Haiku45)));

    [Fact]
    public void Stop_sequences_of_white_space_are_cut_here()
    {
        var losses = new LossReport();
        var call = Anthropic.Write(Request with { Sampling = new Sampling { Stop = ["", "\n\n", "END"] } }, Haiku45, losses);
        Assert.Equal("[\"END\"]", Json.Parse(call.Body).GetProperty("stop_sequences").GetRawText());
        Assert.Equal(["\n\n"], call.LocalStop);
        Assert.Equal("stop=emulated", losses.ToString());
        Assert.False(Json.Parse(Anthropic.Write(Request with { Sampling = new Sampling { Stop = [""] } }, Haiku45, losses).Body).Has("stop_sequences"));
    }

    [Theory]
    [InlineData("auto", "auto")]
    [InlineData("priority", "auto")]
    [InlineData("default", "standard_only")]
    public void The_user_goes_as_a_hash_and_the_tier_in_Anthropics_words(string tier, string expected)
    {
        var sent = Anthropic.Send(Request with { Hints = new RequestHints { User = "me@example.com", ServiceTier = tier } }, Haiku45);
        Assert.Matches("^[0-9a-f]{64}$", sent.Body.GetProperty("metadata").Text("user_id"));
        Assert.Equal(expected, sent.Body.Text("service_tier"));
        Assert.Empty(sent.Losses);
    }

    [Fact]
    public void Tools_take_Anthropics_form()
    {
        var sent = Anthropic.Send(
            Request with { Tools = [Tool with { Strict = true }, new ToolDefinition("g", null, null), new ToolDefinition("h", "", """{"properties":{}}"""), new ToolDefinition("i", "free", null) { FreeText = new FreeText(null) }] },
            Sonnet35);
        Assert.Equal(
            """[{"name":"f","description":"does f","input_schema":SCHEMA},{"name":"g","input_schema":{"type":"object","properties":{}}},{"name":"h","input_schema":{"type":"object","properties":{}}},{"name":"i","description":"free","input_schema":FREE}]"""
                .Replace("SCHEMA", ChatRequests.ToolSchema, StringComparison.Ordinal)
                .Replace("FREE", FreeText.Parameters, StringComparison.Ordinal),
            sent.Body.GetProperty("tools").GetRawText());
        Assert.False(sent.Body.Has("tool_choice"));
        Assert.Equal("tools=emulated, strict=dropped", LossesOf(sent));
    }

    [Fact]
    public void Strict_tools_are_strict_where_the_model_can()
    {
        var sent = Anthropic.Send(Request with { Tools = [Tool with { Strict = true }, new ToolDefinition("g", null, null, false)] }, Haiku45);
        var tools = sent.Body.GetProperty("tools");
        Assert.True(tools[0].GetProperty("strict").GetBoolean());
        Assert.False(tools[0].GetProperty("input_schema").GetProperty("additionalProperties").GetBoolean());
        Assert.False(tools[1].GetProperty("strict").GetBoolean());
    }

    [Fact]
    public void A_schema_that_the_provider_cannot_be_told_in_full_is_checked_here()
    {
        const string Schema = """{"type":"object","properties":{"n":{"type":"integer","minimum":3}},"required":["n"],"additionalProperties":false}""";
        var losses = new LossReport();
        var call = Anthropic.Write(Request with { Format = new OutputFormat(OutputFormatKind.JsonSchema, Schema, "n") }, Haiku45, losses);
        Assert.Equal(Schema, call.AnswerSchema);
        Assert.Equal("response_format=clamped", losses.ToString());
        Assert.False(Json.Parse(call.Body).GetProperty("output_config").GetProperty("format").GetProperty("schema").GetProperty("properties").GetProperty("n").Has("minimum"));
    }

    [Fact]
    public void A_schema_that_the_provider_takes_as_it_is_is_not_checked_here()
    {
        const string Schema = """{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}""";
        var losses = new LossReport();
        var call = Anthropic.Write(Request with { Format = new OutputFormat(OutputFormatKind.JsonSchema, Schema, "n") }, Haiku45, losses);
        Assert.Null(call.AnswerSchema);
        Assert.Empty(losses.Items);
    }

    [Theory]
    [InlineData(ToolChoiceKind.Auto, null, """{"type":"auto"}""")]
    [InlineData(ToolChoiceKind.None, false, """{"type":"none"}""")]
    [InlineData(ToolChoiceKind.Required, true, """{"type":"any"}""")]
    [InlineData(ToolChoiceKind.Named, false, """{"type":"tool","name":"f","disable_parallel_tool_use":true}""")]
    [InlineData(null, false, """{"type":"auto","disable_parallel_tool_use":true}""")]
    public void The_choice_among_tools_takes_Anthropics_form(ToolChoiceKind? kind, bool? parallel, string expected)
    {
        var choice = kind is { } known ? new ToolChoice(known, known == ToolChoiceKind.Named ? "f" : null) : null;
        var sent = Anthropic.Send(Request with { Tools = [Tool], ToolChoice = choice, ParallelToolCalls = parallel }, Haiku45);
        Assert.Equal(expected, sent.Body.GetProperty("tool_choice").GetRawText());
        Assert.Empty(sent.Losses);
    }

    [Theory]
    [InlineData(Haiku45, false, true)]
    [InlineData(Haiku45, true, false)]
    [InlineData("claude-sonnet-5", false, true)]
    [InlineData("claude-fable-5", false, false)]
    [InlineData("claude-fable-5-1", false, false)]
    [InlineData("claude-opus-5-5", false, false)]
    [InlineData("claude-sonnet-5-5", false, false)]
    public void A_forced_choice_becomes_an_instruction_where_it_is_refused(string model, bool thinks, bool isForced)
    {
        var sent = Anthropic.Send(Request with { Tools = [Tool], ToolChoice = new ToolChoice(ToolChoiceKind.Named, "f"), Reasoning = thinks ? new ReasoningRequest(true, null) : default }, model);
        Assert.Equal(isForced ? "tool" : "auto", sent.Body.GetProperty("tool_choice").Text("type"));
        Assert.Equal(isForced ? "" : "tool_choice=emulated", LossesOf(sent));
        Assert.Equal(!isForced, sent.Body.TryGetProperty("system", out var system) && system[0].Text("text")!.Contains("tool f", StringComparison.Ordinal));
    }

    [Fact]
    public void A_choice_without_tools_is_not_mentioned() =>
        Assert.Equal(["model", "max_tokens", "messages", "stream"], Anthropic.Send(Request with { ToolChoice = ToolChoice.Required, ParallelToolCalls = false }, Haiku45).Body.Names());

    [Fact]
    public void A_history_of_calls_brings_its_tools_along()
    {
        var sent = Anthropic.Send(Request with { Turns = [Turn.Of(Role.User, "a"), Assistant(new ToolCallPart("t", "f", "{}")), Result("t", "1")] }, Haiku45);
        Assert.Equal("""[{"name":"f","input_schema":{"type":"object","properties":{}}}]""", sent.Body.GetProperty("tools").GetRawText());
        Assert.Equal("none", sent.Body.GetProperty("tool_choice").Text("type"));
        Assert.Equal("tools=emulated", LossesOf(sent));
    }

    [Theory]
    [InlineData(Haiku45, OutputFormatKind.JsonSchema, false, false, "native")]
    [InlineData("claude-opus-4-1", OutputFormatKind.JsonSchema, true, true, "native")]
    [InlineData(Sonnet35, OutputFormatKind.JsonSchema, false, false, "tool")]
    [InlineData(Sonnet35, OutputFormatKind.JsonSchema, true, false, "instruction")]
    [InlineData("claude-sonnet-4-20250514", OutputFormatKind.JsonSchema, false, true, "instruction")]
    [InlineData(Haiku45, OutputFormatKind.JsonObject, false, false, "instruction")]
    [InlineData(Haiku45, OutputFormatKind.Text, false, false, "nothing")]
    public void A_format_is_brought_about_by_what_the_model_has(string model, OutputFormatKind kind, bool hasTools, bool thinks, string means)
    {
        var format = new OutputFormat(kind, kind == OutputFormatKind.JsonSchema ? ChatRequests.ToolSchema : null, "n", "d", true);
        var losses = new LossReport();
        var request = Request with { Format = format, Tools = hasTools ? [Tool] : [], Reasoning = thinks ? new ReasoningRequest(true, ReasoningEffort.Low) : default };
        var call = Anthropic.Write(request, model, losses);
        var body = Json.Parse(call.Body);
        Assert.Equal(means == "native", body.TryGetProperty("output_config", out var output) && output.GetProperty("format").Text("type") == "json_schema");
        Assert.Equal(means == "tool", body.TryGetProperty("tool_choice", out var choice) && choice.Text("name") == "answer" && body.GetProperty("tools")[0].GetProperty("input_schema").GetRawText() == ChatRequests.ToolSchema);
        Assert.Equal(means == "instruction", body.TryGetProperty("system", out var system) && system[0].Text("text")!.Contains("JSON", StringComparison.Ordinal));
        Assert.Equal(means is "tool" or "instruction" ? format.Schema ?? """{"type":"object"}""" : null, call.AnswerSchema);
        Assert.Equal(means is "tool" or "instruction" ? "response_format=emulated" : means == "native" ? "response_format.description=dropped" : "", losses.ToString());
    }

    [Fact]
    public void Cache_marks_are_four_at_most_and_those_of_the_oldest_messages_go_first()
    {
        var mark = new CacheMark(null);
        var sent = Anthropic.Send(
            Request with
            {
                Tools = [Tool with { Cache = new CacheMark(TimeSpan.FromHours(1)) }],
                Turns =
                [
                    new Turn(Role.System, [new TextPart("s") { Cache = new CacheMark(TimeSpan.FromMinutes(5)) }]),
                    .. ((string[])["a", "b", "c"]).SelectMany(word => (Turn[])[new Turn(Role.User, [new TextPart(word) { Cache = mark }]), Turn.Of(Role.Assistant, "x")]),
                    Turn.Of(Role.User, "end"),
                ],
            },
            Haiku45);
        Assert.Equal("""{"type":"ephemeral","ttl":"1h"}""", sent.Body.GetProperty("tools")[0].GetProperty("cache_control").GetRawText());
        Assert.Equal("""{"type":"ephemeral","ttl":"5m"}""", sent.Body.GetProperty("system")[0].GetProperty("cache_control").GetRawText());
        Assert.Equal(["b", "c"], sent.Body.GetProperty("messages").EnumerateArray().SelectMany(message => message.GetProperty("content").EnumerateArray()).Where(block => block.Has("cache_control")).Select(block => block.Text("text")));
        Assert.Equal("cache_control=dropped", LossesOf(sent));
    }

    [Fact]
    public void A_count_is_asked_for_what_the_prompt_is_made_of()
    {
        var losses = new LossReport();
        var call = Anthropic.WriteTokenCount(Request with { Stream = true, Tools = [Tool], Sampling = new Sampling { Temperature = 0, Stop = ["x"] } }, Haiku45, losses)!;
        Assert.Equal("messages/count_tokens", call.Path);
        Assert.Equal(["model", "messages", "tools"], Json.Parse(call.Body).Names());
    }

    [Fact]
    public void Anthropics_own_clients_get_through_as_they_are()
    {
        var source = """{ "max_tokens": 5, "model" : "m", "messages": [], "new": 1.0 }""";
        var request = Request with
        {
            Family = "anthropic",
            Source = JsonMembers.TryRead(Encoding.UTF8.GetBytes(source)),
            FamilyHeaders = [("anthropic-version", "2026-10-21"), ("anthropic-beta", "a,b"), ("x-other", "1")],
        };
        var call = Anthropic.TryPassThrough(request, "claude \"x\"")!;
        Assert.Equal("messages", call.Path);
        Assert.Equal(source.Replace("\"m\"", "\"claude \\\"x\\\"\"", StringComparison.Ordinal), Encoding.UTF8.GetString(call.Body.Span));
        Assert.Equal([("anthropic-version", "2026-10-21"), ("anthropic-beta", "a,b")], call.Headers);
        Assert.Equal("messages/count_tokens", Anthropic.WriteTokenCount(request, "x", new LossReport())!.Path);
        Assert.Null(Anthropic.TryPassThrough(request with { Family = "openai" }, "x"));
    }

    [Theory]
    [InlineData("\"signature\": \"\"")]
    [InlineData("\"signature\":\"gw1.or.tag.payload.seal\"")]
    public void Thinking_of_other_providers_never_gets_through(string signature)
    {
        var source = Encoding.UTF8.GetBytes($$"""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm",{{signature}}},{"type":"text","text":"b"}]},{"role":"assistant","content":[{"type":"thinking","thinking":"hm",{{signature}}}]}]}""");
        var request = Request with { Family = "anthropic", Source = JsonMembers.TryRead(source) };
        Assert.Null(Anthropic.TryPassThrough(request, "x"));
        Assert.DoesNotContain("thinking", Encoding.UTF8.GetString(Anthropic.WriteTokenCount(request, "x", new LossReport())!.Body.Span), StringComparison.Ordinal);

        var call = Anthropic.TryPassThrough(request with { FamilyMembers = [new FamilyMember("container", Wording.Verbatim("no"))] }, "x")!;
        Assert.Equal("""{"model":"x","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"}]}]}""", Encoding.UTF8.GetString(call.Body.Span));
    }

    [Theory]
    [InlineData("messages.1.content.0: Invalid `signature` in `thinking` block", true)]
    [InlineData("messages: at least one message is required", false)]
    public void A_refused_signature_costs_the_thinking(string message, bool isCured)
    {
        var body = """{"model":"m","thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"eA=="},{"type":"tool_use","id":"t","name":"f","input":{"a":1.0}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}]}"""u8;
        var call = new UpstreamCall("messages", body.ToArray()) { Headers = [("anthropic-beta", "a")] };
        var amended = Anthropic.Amend(call, new GatewayError(ErrorKind.InvalidRequest, Wording.Verbatim(message)));
        Assert.Equal(isCured, amended is not null);
        if (amended is null)
            return;
        Assert.Equal("""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"a":1.0}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}]}""", Encoding.UTF8.GetString(amended.Body.Span));
        Assert.Equal(call.Headers, amended.Headers);
        Assert.Null(Anthropic.Amend(amended, new GatewayError(ErrorKind.InvalidRequest, Wording.Verbatim(message))));
    }

    [Fact]
    public void Models_are_listed_with_what_is_said_of_them()
    {
        var models = Anthropic.ReadModels("""
            {"data":[{"type":"model","id":"claude-a","display_name":"A","created_at":"2026-11-20T10:00:00Z","max_input_tokens":200000,"max_tokens":64000,
              "capabilities":{"image_input":{"supported":true},"thinking":{"supported":false}}},{"id":"claude-b","created_at":"1970-01-01T00:00:00Z"},{"id":"claude-a"},{}],"has_more":false}
            """u8.ToArray());
        Assert.Equal(["claude-a", "claude-b"], models.Select(model => model.Id));
        Assert.Equal((1_795_168_800L, 200_000), (models[0].Created, models[0].ContextLength));
        Assert.Equal(["completion", "tools", "vision"], models[0].Capabilities);
        Assert.Equal((0L, null, null), (models[1].Created, models[1].ContextLength, models[1].Capabilities));
    }

    [Theory]
    [InlineData(429, """{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"ramp_limit_exceeded"}}}""", ErrorKind.RateLimited)]
    [InlineData(429, """{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"contract_spend_limit_reached"}}}""", ErrorKind.QuotaExceeded)]
    [InlineData(402, """{"type":"error","error":{"type":"billing_error","message":"m"}}""", ErrorKind.QuotaExceeded)]
    [InlineData(403, """{"type":"error","error":{"type":"permission_error","message":"m"}}""", ErrorKind.Forbidden)]
    [InlineData(404, """{"type":"error","error":{"type":"not_found_error","message":"m"}}""", ErrorKind.ModelNotFound)]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 250000 tokens > 200000 maximum"}}""", ErrorKind.ContextTooLong)]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}""", ErrorKind.QuotaExceeded)]
    [InlineData(409, "{}", ErrorKind.UpstreamFailed)]
    [InlineData(500, """{"type":"error","error":{"type":"api_error","message":"m"}}""", ErrorKind.UpstreamFailed)]
    [InlineData(504, """{"type":"error","error":{"type":"timeout_error","message":"m"}}""", ErrorKind.Timeout)]
    [InlineData(502, "<html>Bad gateway</html>", ErrorKind.UpstreamFailed)]
    [InlineData(503, "", ErrorKind.Overloaded)]
    public void Errors_are_told_apart(int status, string body, ErrorKind kind)
    {
        var error = Anthropic.ReadError(status, Encoding.UTF8.GetBytes(body), TimeSpan.FromSeconds(2));
        Assert.Equal(kind, error.Kind);
        Assert.Equal(kind == ErrorKind.QuotaExceeded ? null : TimeSpan.FromSeconds(2), error.RetryAfter);
        Assert.DoesNotContain('<', error.Message);
    }
}
