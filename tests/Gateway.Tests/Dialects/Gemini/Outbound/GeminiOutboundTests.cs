using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Gemini.Outbound;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects.Gemini.Outbound;

/// <summary>Gemini rejects every unknown member and much that other providers accept (specs/dialects.md 1.4, 2).</summary>
public sealed class GeminiOutboundTests
{
    private const string Flash25 = "gemini-2.5-flash";
    private const string Flash3 = "gemini-3.5-flash";

    private static readonly string[] Members = ["systemInstruction", "contents", "tools", "toolConfig", "generationConfig", "serviceTier", "store"];

    private static readonly GeminiOutbound Gemini = new();
    private static readonly ChatRequest Request = new() { Model = "published", Family = "openai", Turns = [Turn.Of(Role.User, "hi")] };
    private static readonly ToolDefinition Tool = new("f", "does f", """{"type":"object","properties":{"z":{"const":1},"a":{}},"additionalProperties":false}""");
    private static readonly InlineMedia Picture = new("image/png", "iVBORw0KGgo=");

    [Fact]
    public void Any_request_is_refused_or_written_within_the_closed_schema() => Generated.Check(ChatRequests.Any, 400, request =>
    {
        foreach (var model in (string[])[Flash25, Flash3, "gemma-3-27b-it"])
        {
            Sent sent;
            try
            {
                sent = Gemini.Send(Inlined(request), model);
            }
            catch (GatewayException refusal)
            {
                Assert.Contains(refusal.Error.Field, (string[])["logit_bias", "n", "suffix", "response_format"]);
                continue;
            }

            Assert.Equal($"models/{model}:{(request.Stream ? "streamGenerateContent?alt=sse" : "generateContent")}", sent.Path);
            Assert.Subset(new HashSet<string>(Members), new HashSet<string>(sent.Body.Names()));
            AssertContents(sent.Body.GetProperty("contents"));
            Assert.All(request.Hints.SetMembers().Concat(request.Extensions.Keys), name => Assert.True(name is "store" or "service_tier" || sent.Losses.Any(loss => loss.Field == name)));
        }
    });

    [Fact]
    public void A_conversation_keeps_its_words_and_takes_turns()
    {
        var sent = Gemini.Send(Request with
        {
            Turns =
            [
                Turn.Of(Role.System, "be brief"), Turn.Of(Role.Developer, "be kind"), Turn.Of(Role.User, "a"), Turn.Of(Role.User, "b") with { Name = "Bo" },
                Turn.Of(Role.Assistant, "c"), Turn.Of(Role.System, "now loud"), Turn.Of(Role.User, "d"),
            ],
        });
        AssertJson("""{"parts":[{"text":"be brief"},{"text":"be kind"}]}""", sent.Body.GetProperty("systemInstruction"));
        AssertJson(
            """
            [{"role":"user","parts":[{"text":"a"},{"text":"b"}]},{"role":"model","parts":[{"text":"c"}]},
             {"role":"user","parts":[{"text":"<system-reminder>\nnow loud\n</system-reminder>"},{"text":"d"}]}]
            """,
            sent.Body.GetProperty("contents"));
        Assert.Equal([new Loss("messages[3].name", LossAction.Dropped), new Loss("system", LossAction.Emulated)], sent.Losses);
    }

    [Fact]
    public void Gemma_is_instructed_in_the_first_words_of_the_user()
    {
        var sent = Gemini.Send(Request with { Turns = [Turn.Of(Role.System, "be brief"), Turn.Of(Role.User, "a")] }, "gemma-3-27b-it");
        Assert.False(sent.Body.Has("systemInstruction"));
        AssertJson("""[{"role":"user","parts":[{"text":"be brief\n\na"}]}]""", sent.Body.GetProperty("contents"));
    }

    [Fact]
    public void Instructions_alone_are_asked_by_the_user() =>
        AssertJson("""[{"role":"user","parts":[{"text":"hi"}]}]""", Gemini.Send(Request with { Turns = [Turn.Of(Role.System, "hi")] }).Body.GetProperty("contents"));

    [Theory]
    [InlineData(Flash25)]
    [InlineData(Flash3)]
    public void All_results_of_a_turn_come_in_one_content_in_the_order_of_the_calls(string model)
    {
        var sent = Gemini.Send(
            Request with
            {
                Turns =
                [
                    Turn.Of(Role.User, "go"),
                    new Turn(Role.Assistant, [new ToolCallPart("1", "f", """{"b":1, "a":1.0}"""), new ToolCallPart("2", "g", "{}"), new ToolCallPart("3", "f", "{}"), new ToolCallPart("4", "f", "{}")]),
                    new Turn(Role.Tool, [new ToolResultPart("2", null, [new TextPart("no")], IsError: true)]),
                    new Turn(Role.Tool, [new ToolResultPart("1", null, [new TextPart("plain")], IsError: false)]),
                    new Turn(Role.Tool, [new ToolResultPart("4", null, [new TextPart("""{"a":{"$ref":"x"}}""")], IsError: false)]),
                    new Turn(Role.Tool, [new ToolResultPart("3", "f", [new TextPart("""{"t":1.0}"""), new ImagePart(Picture)], IsError: false)]),
                    Turn.Of(Role.User, "and?"),
                ],
            },
            model);
        var contents = sent.Body.GetProperty("contents");
        Assert.Equal(3, contents.GetArrayLength());
        var parts = contents[2].GetProperty("parts").EnumerateArray().ToList();
        var responses = parts.Take(4).Select(part => part.GetProperty("functionResponse")).ToList();
        Assert.Equal(["f", "g", "f", "f"], responses.Select(response => response.Text("name")));
        Assert.Equal(
            ["""{"output":"plain"}""", """{"error":"no"}""", """{"t":1.0}""", """{"output":"{\"a\":{\"$ref\":\"x\"}}"}"""],
            responses.Select(response => response.GetProperty("response").GetRawText()));
        Assert.Equal("""{"b":1, "a":1.0}""", contents[1].GetProperty("parts")[0].GetProperty("functionCall").GetProperty("args").GetRawText());
        Assert.Equal("and?", parts[^1].Text("text"));
        Assert.Equal(model == Flash3, responses[2].Has("parts"));
        Assert.Equal(model == Flash3, responses[2].Has("id"));
        Assert.Equal(model == Flash3 ? 5 : 7, parts.Count);
        Assert.Equal(model != Flash3, sent.Losses.Contains(new Loss("tool result media", LossAction.Emulated)));
        if (model != Flash3)
        {
            Assert.Contains("3", parts[4].Text("text"), StringComparison.Ordinal);
            AssertJson("""{"mimeType":"image/png","data":"iVBORw0KGgo="}""", parts[5].GetProperty("inlineData"));
        }
    }

    [Fact]
    public void A_call_without_result_is_refused() =>
        Assert.Equal("messages", Gemini.Refuses(Request with { Turns = [Turn.Of(Role.User, "go"), new Turn(Role.Assistant, [new ToolCallPart("1", "f", "{}")])] }));

    [Fact]
    public void Signatures_go_back_to_their_model_alone_and_the_first_call_of_a_step_is_never_without()
    {
        var own = OpaqueState.Of(StateKind.GeminiThoughtSignature, Flash3, "QQ==");
        Turn[] turns =
        [
            Turn.Of(Role.User, "one"),
            new Turn(Role.Assistant, [new ToolCallPart("1", "f", "{}")]), Result("1"), Turn.Of(Role.Assistant, "done"),
            Turn.Of(Role.User, "two"),
            new Turn(Role.Assistant, [new ReasoningPart("hm"), new TextPart("a") { State = own }, new TextPart("b"), new TextPart("") { State = own }, new ToolCallPart("2", "f", "{}") { State = own }, new ToolCallPart("3", "f", "{}")]),
            Result("2"), Result("3"),
            new Turn(Role.Assistant, [new ToolCallPart("4", "f", "{}") { State = OpaqueState.Of(StateKind.AnthropicSignature, Flash3, "QQ==") }, new ToolCallPart("5", "f", "{}")]),
            Result("4"), Result("5"),
        ];
        var sent = Gemini.Send(Request with { Turns = turns }, Flash3);
        Assert.Contains(new Loss("reasoning", LossAction.Dropped), sent.Losses);
        Assert.Equal([[null], [null], ["QQ==", null, "QQ==", "QQ==", null], ["skip_thought_signature_validator", null]], SignaturesOf(sent));
        Assert.Equal(
            [[null], [null], [null, null, null, null], [null, null]],
            SignaturesOf(Gemini.Send(Request with { Turns = turns }, Flash25)));
        Assert.Equal("skip_thought_signature_validator", SignaturesOf(Gemini.Send(Request with { Turns = turns }, "gemini-3-pro"))[2][2]);
    }

    [Theory]
    [InlineData("https://generativelanguage.googleapis.com/v1beta/files/abc", true)]
    [InlineData("gs://bucket/a.png", true)]
    [InlineData("https://example.com/a.png", false)]
    public void Only_what_Google_keeps_is_linked(string url, bool isKept)
    {
        Part part = new ImagePart(new LinkedMedia(url), "high");
        Assert.Equal(isKept, Gemini.TraitsOf(Flash3).FetchesLink(part));
        if (!isKept)
            return;
        var sent = Gemini.Send(Request with { Turns = [new Turn(Role.User, [part])] });
        AssertJson($$$"""[{"fileData":{"fileUri":"{{{url}}}"}}]""", sent.Body.GetProperty("contents")[0].GetProperty("parts"));
        Assert.Contains(new Loss("detail", LossAction.Dropped), sent.Losses);
    }

    [Theory]
    [InlineData(ToolChoiceKind.Auto, """{"mode":"AUTO"}""")]
    [InlineData(ToolChoiceKind.None, """{"mode":"NONE"}""")]
    [InlineData(ToolChoiceKind.Required, """{"mode":"ANY"}""")]
    [InlineData(ToolChoiceKind.Named, """{"mode":"ANY","allowedFunctionNames":["f"]}""")]
    public void Tools_are_declared_with_sanitized_schemas(ToolChoiceKind kind, string mode)
    {
        var sent = Gemini.Send(Request with
        {
            Tools = [Tool, new ToolDefinition("bare", null, null), new ToolDefinition("free", null, null) { FreeText = new FreeText(null) }],
            ToolChoice = new ToolChoice(kind, kind == ToolChoiceKind.Named ? "f" : null),
            ParallelToolCalls = false,
        });
        var declared = sent.Body.GetProperty("tools")[0].GetProperty("functionDeclarations");
        AssertJson("""{"type":"object","properties":{"z":{"enum":[1]},"a":{}},"additionalProperties":false}""", declared[0].GetProperty("parametersJsonSchema"));
        Assert.Equal(["name"], declared[1].Names());
        AssertJson(FreeText.Parameters, declared[2].GetProperty("parametersJsonSchema"));
        AssertJson(mode, sent.Body.GetProperty("toolConfig").GetProperty("functionCallingConfig"));
        Assert.Equal([new Loss("tools", LossAction.Emulated), new Loss("parallel_tool_calls", LossAction.Emulated)], sent.Losses);
    }

    [Fact]
    public void A_schema_that_Gemini_cannot_be_told_is_left_out_and_checked_here()
    {
        const string endless = """{"type":"array","items":{"anyOf":[{"$ref":"#"},{"type":"string"}]}}""";
        var losses = new LossReport();
        var call = Gemini.Write(Request with { Format = new OutputFormat(OutputFormatKind.JsonSchema, endless) }, Flash25, losses);
        Assert.Equal(endless, call.AnswerSchema);
        Assert.Equal("response_format=emulated", losses.ToString());
        AssertConfig("""{"responseMimeType":"application/json"}""", Request with { Format = new OutputFormat(OutputFormatKind.JsonSchema, endless) }, Flash25);
    }

    [Fact]
    public void Parameters_that_Gemini_cannot_be_told_become_any_object()
    {
        const string endless = """{"anyOf":[{"type":"object"},{"type":"array","items":{"$ref":"#"}}]}""";
        var sent = Gemini.Send(Request with { Tools = [new ToolDefinition("f", null, endless)] });
        AssertJson("""{"type":"object"}""", sent.Body.GetProperty("tools")[0].GetProperty("functionDeclarations")[0].GetProperty("parametersJsonSchema"));
        Assert.Equal([new Loss("tools", LossAction.Clamped)], sent.Losses);
    }

    [Fact]
    public void A_choice_without_tools_is_left_out() =>
        Assert.False(Gemini.Send(Request with { ToolChoice = ToolChoice.Required }).Body.Has("toolConfig"));

    [Fact]
    public void A_schema_for_the_answer_is_told_beside_tools_only_from_version_3_on()
    {
        var request = Request with { Format = new OutputFormat(OutputFormatKind.JsonSchema, """{"type":"object"}""") };
        AssertConfig("""{"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}}""", request, Flash25);
        AssertConfig("""{"responseMimeType":"application/json"}""", Request with { Format = new OutputFormat(OutputFormatKind.JsonObject) }, Flash25);
        AssertConfig("""{"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}}""", request with { Tools = [Tool] }, Flash3);
        Assert.Equal("response_format", Refusal(request with { Tools = [Tool] }, Flash25));
        Assert.Equal("response_format", Refusal(request with { Tools = [Tool], ToolChoice = ToolChoice.Required }, Flash3));
        Assert.Equal("response_format", Refusal(request, "gemma-3-27b-it"));
        var losses = new LossReport();
        Assert.Equal("""{"type":"object"}""", Gemini.Write(request, "gemini-1.5-pro", losses).AnswerSchema);
        Assert.Equal("response_format=emulated", losses.ToString());
    }

    [Theory]
    [InlineData(Flash25, """{"temperature":2,"topP":0.5,"topK":40,"seed":7,"maxOutputTokens":65536}""", "temperature=clamped, min_p=dropped, repeat_penalty=dropped, presence_penalty=dropped, frequency_penalty=dropped, max_tokens=clamped")]
    [InlineData(Flash3, """{"temperature":2,"topP":0.5,"topK":40,"presencePenalty":1,"frequencyPenalty":2,"seed":7,"maxOutputTokens":65536}""", "temperature=clamped, min_p=dropped, repeat_penalty=dropped, frequency_penalty=clamped, max_tokens=clamped")]
    public void Sampling_is_kept_within_bounds(string model, string config, string losses)
    {
        var request = Request with
        {
            Sampling = new Sampling { Temperature = 9, TopP = 0.5, TopK = 40, MinP = 0.1, RepeatPenalty = 1.1, PresencePenalty = 1, FrequencyPenalty = 5, Seed = 7, MaxOutputTokens = 1_000_000 },
        };
        AssertConfig(config, request, model);
        var report = new LossReport();
        Gemini.Write(request, model, report);
        Assert.Equal(losses, report.ToString());
    }

    [Fact]
    public void More_stop_sequences_than_five_are_looked_for_here()
    {
        var losses = new LossReport();
        var call = Gemini.Write(Request with { Sampling = new Sampling { Stop = ["a", "", "b", "c", "d", "e", "f", "g"] } }, Flash3, losses);
        Assert.Equal(["f", "g"], call.LocalStop);
        Assert.Equal(5, Json.Parse(call.Body).GetProperty("generationConfig").GetProperty("stopSequences").GetArrayLength());
        Assert.Equal("stop=emulated", losses.ToString());
    }

    [Fact]
    public void Several_answers_and_probabilities_are_asked_for_where_that_can_be_done()
    {
        AssertConfig("""{"candidateCount":8,"responseLogprobs":true,"logprobs":3}""", Request with { Sampling = new Sampling { Choices = 8, Logprobs = true, TopLogprobs = 3 } }, Flash3);
        Assert.Equal("n", Gemini.Refuses(Request with { Sampling = new Sampling { Choices = 9 } }));
        Assert.Equal("n", Gemini.Refuses(Request with { Stream = true, Sampling = new Sampling { Choices = 2 } }));
        Assert.Equal("logit_bias", Gemini.Refuses(Request with { Sampling = new Sampling { LogitBias = """{"1":2}""" } }));
    }

    public static TheoryData<string, bool?, ReasoningEffort?, int?, string, bool> Reasoning => new()
    {
        { Flash3, null, ReasoningEffort.Minimal, null, """{"thinkingLevel":"minimal"}""", false },
        { "gemini-3-pro-preview", null, ReasoningEffort.Minimal, null, """{"thinkingLevel":"low"}""", true },
        { Flash3, true, ReasoningEffort.Medium, null, """{"thinkingLevel":"medium","includeThoughts":true}""", false },
        { Flash3, true, ReasoningEffort.Max, null, """{"thinkingLevel":"high","includeThoughts":true}""", true },
        { Flash3, true, null, null, """{"includeThoughts":true}""", false },
        { Flash3, null, null, 10_000, """{"thinkingLevel":"high"}""", false },
        { Flash3, false, null, null, """{"thinkingLevel":"minimal"}""", true },
        { Flash25, false, null, null, """{"thinkingBudget":0}""", false },
        { "gemini-2.5-pro", false, null, null, """{"thinkingBudget":128}""", true },
        { "gemini-2.5-flash-lite", null, null, 100, """{"thinkingBudget":512}""", true },
        { "gemini-2.5-pro", null, ReasoningEffort.Max, null, """{"thinkingBudget":32768}""", false },
        { Flash25, true, null, null, """{"thinkingBudget":-1,"includeThoughts":true}""", false },
        { Flash25, true, null, 99_999, """{"thinkingBudget":24576,"includeThoughts":true}""", true },
    };

    [Theory]
    [MemberData(nameof(Reasoning))]
    public void Reasoning_is_asked_for_in_the_models_own_measure(string model, bool? enabled, ReasoningEffort? effort, int? budget, string config, bool isClamped)
    {
        var request = Request with { Reasoning = new ReasoningRequest(enabled, effort) { BudgetTokens = budget } };
        AssertConfig($$"""{"thinkingConfig":{{config}}}""", request, model);
        Assert.Equal(isClamped, Gemini.Send(request, model).Losses.Contains(new Loss("reasoning", LossAction.Clamped)));
    }

    [Fact]
    public void Sound_and_pictures_are_asked_for_where_the_model_has_them()
    {
        AssertConfig(
            """{"responseModalities":["AUDIO"],"speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}}}}""",
            Request with { AudioOutput = new AudioOutput("Kore", "pcm16") },
            "gemini-2.5-flash-preview-tts");
        AssertConfig("""{"responseModalities":["TEXT","IMAGE"]}""", Request, "gemini-2.5-flash-image");
        Assert.Equal("modalities", Refusal(Request with { AudioOutput = new AudioOutput(null, null) }, Flash3));
        Assert.Equal("audio.format", Refusal(Request with { AudioOutput = new AudioOutput(null, "mp3") }, "gemini-2.5-flash-preview-tts"));
    }

    [Fact]
    public void Hints_are_kept_or_reported()
    {
        var sent = Gemini.Send(Request with
        {
            Hints = new RequestHints { User = "u", ServiceTier = "default", Store = false, Verbosity = "low" },
            Turns = [new Turn(Role.User, [new TextPart("hi") { Cache = new CacheMark(null) }])],
        });
        Assert.Equal("standard", sent.Body.Text("serviceTier"));
        Assert.False(sent.Body.GetProperty("store").GetBoolean());
        Assert.Equal(["cache_control", "user", "verbosity"], sent.Losses.Select(loss => loss.Field));
    }

    [Fact]
    public void Tokens_are_counted_with_instructions_and_tools()
    {
        var call = Gemini.WriteTokenCount(Request with { Tools = [Tool], Turns = [Turn.Of(Role.System, "s"), Turn.Of(Role.User, "hi")] }, Flash3, new LossReport());
        Assert.Equal($"models/{Flash3}:countTokens", call.Path);
        Assert.Equal(["model", "systemInstruction", "contents", "tools"], Json.Parse(call.Body).GetProperty("generateContentRequest").Names());
        Assert.Equal(31, Gemini.ReadTokenCount("""{"totalTokens":31}"""u8.ToArray()));
        Assert.Throws<GatewayException>(() => Gemini.ReadTokenCount("{}"u8.ToArray()));
    }

    [Fact]
    public void Embeddings_are_asked_for_in_one_batch_and_have_the_length_1()
    {
        var call = Gemini.WriteEmbeddings(new EmbeddingRequest("m", ["a", ""], 4), "gemini-embedding-001", new LossReport());
        Assert.Equal("models/gemini-embedding-001:batchEmbedContents", call.Path);
        AssertJson(
            """
            {"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]},"outputDimensionality":4},
                         {"model":"models/gemini-embedding-001","content":{"parts":[{"text":" "}]},"outputDimensionality":4}]}
            """,
            Json.Parse(call.Body));
        var fixture = WireFixture.Named("gemini/batch-embed");
        var expected = fixture.Expect.GetProperty("embeddings");
        var vectors = Gemini.ReadEmbeddings(fixture.Body).Vectors;
        for (var index = 0; index < expected.GetArrayLength(); index++)
        {
            var raw = expected[index].EnumerateArray().Select(value => value.GetDouble()).ToList();
            var length = Math.Sqrt(raw.Sum(value => value * value));
            Assert.Equal(raw.Select(value => Math.Round(value / length, 5)), vectors[index].Select(value => Math.Round(value, 5)));
        }

        Assert.All((string[])["{}", "[]", """{"embeddings":[{}]}""", """{"embeddings":[{"values":["a"]}]}"""], body =>
            Assert.Equal(ErrorKind.UpstreamFailed, Assert.Throws<GatewayException>(() => Gemini.ReadEmbeddings(Encoding.UTF8.GetBytes(body))).Error.Kind));
    }

    [Fact]
    public void Models_are_listed_with_what_they_can_do()
    {
        var models = Gemini.ReadModels(
            """
            {"models":[
              {"name":"models/gemini-2.5-flash","inputTokenLimit":1048576,"supportedGenerationMethods":["generateContent","countTokens"],"thinking":true},
              {"name":"models/gemini-embedding-001","inputTokenLimit":2048,"supportedGenerationMethods":["embedContent"]},
              {"name":"models/aqa","supportedGenerationMethods":["generateAnswer"]}]}
            """u8.ToArray());
        Assert.Equal([(Flash25, (int?)1048576), ("gemini-embedding-001", 2048)], models.Select(model => (model.Id, model.ContextLength)));
        Assert.Equal(["completion", "vision", "tools", "audio", "thinking"], models[0].Capabilities);
        Assert.Equal(["embedding"], models[1].Capabilities);
    }

    private static Turn Result(string id) => new(Role.Tool, [new ToolResultPart(id, null, [new TextPart("ok")], IsError: false)]);

    private static string?[][] SignaturesOf(Sent sent) =>
    [
        .. sent.Body.GetProperty("contents").EnumerateArray().Where(content => content.Text("role") == "model").Select(content => content.GetProperty("parts").EnumerateArray()
            .Select(part => part.TryGetProperty("thoughtSignature", out var signature) ? signature.GetString() : null).ToArray()),
    ];

    private static string? Refusal(ChatRequest request, string model) => Assert.Throws<GatewayException>(() => Gemini.Send(request, model)).Error.Field;

    private static void AssertConfig(string expected, ChatRequest request, string model) => AssertJson(expected, Gemini.Send(request, model).Body.GetProperty("generationConfig"));

    private static void AssertJson(string expected, JsonElement actual) => Assert.True(JsonElement.DeepEquals(Json.Parse(expected), actual), actual.GetRawText());

    /// <summary>Does what the pipeline does before a dialect writes.</summary>
    private static ChatRequest Inlined(ChatRequest request) => request with
    {
        Turns = [.. request.Turns.Select(turn => turn with { Parts = [.. turn.Parts.Select(part => part is ImagePart { Source: LinkedMedia } image ? image with { Source = Picture } : part)] })],
    };

    private static void AssertContents(JsonElement contents)
    {
        var calls = 0;
        string? before = null;
        foreach (var content in contents.EnumerateArray())
        {
            Assert.NotEqual(before, content.Text("role"));
            before = content.Text("role");
            var parts = content.GetProperty("parts").EnumerateArray().ToList();
            Assert.NotEmpty(parts);
            Assert.DoesNotContain(parts, part => part.TryGetProperty("text", out var text) && text.GetString() == "");
            Assert.Equal(calls, parts.Count(part => part.Has("functionResponse")));
            calls = parts.Count(part => part.Has("functionCall"));
        }

        Assert.Equal(0, calls);
    }
}
