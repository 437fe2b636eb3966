using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.Requests;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIChat;

public sealed class OpenAIChatOutboundTests
{
    private static readonly OpenAIChatOutbound OpenAI = new(server: null);
    private static readonly OpenAIChatOutbound Compatible = new(CompatibleServer.Generic);
    private static readonly ChatRequest Request = new() { Model = "published", Family = "openai", Turns = [Turn.Of(Role.User, "hi")] };

    [Fact]
    public void Only_OpenAI_knows_the_newer_name_of_the_limit()
    {
        var request = Request with { Sampling = new Sampling { MaxOutputTokens = 5 } };
        Assert.Equal(["model", "messages", "max_completion_tokens"], OpenAI.Send(request, "gpt-4.1").Body.Names());
        Assert.Equal(["model", "messages", "max_tokens"], Compatible.Send(request, "gpt-4.1").Body.Names());
        Assert.Equal(["model", "prompt", "max_tokens"], OpenAI.Send(request with { Completion = new TextCompletion("hi", null, false) }, "gpt-3.5-turbo-instruct").Body.Names());
    }

    [Theory]
    [InlineData("gpt-3.5-turbo-instruct", true)]
    [InlineData("gpt-3.5-turbo-instruct-0914", true)]
    [InlineData("davinci-002", true)]
    [InlineData("ft:babbage-002:org::id", true)]
    [InlineData("gpt-4.1", false)]
    [InlineData("gpt-3.5-turbo", false)]
    [InlineData("my-deployment", false)]
    public void Only_OpenAIs_models_for_text_continue_it_as_it_stands(string model, bool isNative)
    {
        var request = Request with { Turns = [Turn.Of(Role.User, "Once")], Completion = new TextCompletion("Once", null, false), Family = "openai", Source = JsonMembers.TryRead("""{"model":"m","prompt":"Once"}"""u8.ToArray()) };
        var sent = OpenAI.Send(request, model);
        Assert.Equal(isNative ? "completions" : "chat/completions", sent.Path);
        Assert.Equal(isNative ? """{"model":"$","prompt":"Once"}""" : """{"model":"$","messages":[{"role":"user","content":"Once"}]}""", sent.Body.GetRawText().Replace(model, "$", StringComparison.Ordinal));
        Assert.Equal(isNative ? [] : [new Loss("raw completion", LossAction.Emulated)], sent.Losses);
        Assert.Equal(isNative, OpenAI.TryPassThrough(request, model) is not null);
        Assert.Equal(isNative, OpenAI.TraitsOf(model).TakesPromptLists);
        Assert.Equal("completions", Compatible.Send(request, model).Path);
        Assert.True(Compatible.TraitsOf(model).TakesPromptLists);
        foreach (var (wrong, field) in ((TextCompletion, string)[])[(new("Once", "end", false), "suffix"), (new("Once", null, false) { FurtherPrompts = ["b"] }, "prompt")])
        {
            if (isNative)
                Assert.Equal("completions", OpenAI.Send(request with { Completion = wrong }, model).Path);
            else
                Assert.Equal(field, Assert.Throws<GatewayException>(() => OpenAI.Send(request with { Completion = wrong }, model)).Error.Field);
        }
    }

    [Fact]
    public void Before_the_newer_name_of_the_limit_the_older_one_is_sent()
    {
        var old = new OpenAIChatOutbound(null) { TakesMaxCompletionTokens = false };
        var request = Request with { Family = "openai", Sampling = new Sampling { MaxOutputTokens = 5 }, Source = JsonMembers.TryRead("""{"model":"m","max_completion_tokens":5,"messages":[]}"""u8.ToArray()) };
        Assert.Equal("""{"model":"gpt-4.1","max_tokens":5,"messages":[]}""", Passed(old, request, "gpt-4.1"));
        Assert.NotNull(OpenAI.TryPassThrough(request, "gpt-4.1"));
        Assert.Equal(["model", "messages", "max_tokens"], old.Send(request, "gpt-4.1").Body.Names());
        Assert.NotNull(old.TryPassThrough(request with { Source = JsonMembers.TryRead("""{"model":"m","max_tokens":5,"messages":[]}"""u8.ToArray()) }, "gpt-4.1"));
    }

    /// <summary>When only the name of the limit is wrong for the model, only the name is changed. With both names, or without a limit, the request is written anew.</summary>
    [Theory]
    [InlineData("gpt-5.2", """{"model":"m","x":1,"max_tokens":5,"messages":[]}""", 5, """{"model":"gpt-5.2","x":1,"max_completion_tokens":5,"messages":[]}""")]
    [InlineData("gpt-5.2", """{"model":"m", "max_completion_tokens" : 5,"messages":[]}""", 5, """{"model":"gpt-5.2", "max_completion_tokens" : 5,"messages":[]}""")]
    [InlineData("gpt-4.1", """{"model":"m","max_tokens":5,"messages":[]}""", 5, """{"model":"gpt-4.1","max_tokens":5,"messages":[]}""")]
    [InlineData("gpt-5.2", """{"model":"m","max_tokens":5,"max_completion_tokens":5,"messages":[]}""", 5, null)]
    [InlineData("gpt-5.2", """{"model":"m","max_tokens":null,"messages":[]}""", null, null)]
    [InlineData("gpt-5.2", """{"model":"m","max_tokens":-1,"messages":[]}""", null, null)]
    public void The_bound_passes_under_the_name_that_the_model_takes(string model, string source, int? limit, string? expected)
    {
        var request = new ChatRequest { Model = "m", Family = "openai", Sampling = new Sampling { MaxOutputTokens = limit }, Source = JsonMembers.TryRead(System.Text.Encoding.UTF8.GetBytes(source)) };
        Assert.Equal(expected, Passed(OpenAI, request, model));
    }

    /// <summary>When the budgets have less than an answer may cost, the limit is the gateway's.</summary>
    [Theory]
    [InlineData("gpt-5.2", """{"model":"m","messages":[]}""", """{"max_completion_tokens":70,"model":"gpt-5.2","messages":[]}""")]
    [InlineData("gpt-4.1", """{"model":"m","x":1,"messages":[]}""", """{"max_completion_tokens":70,"model":"gpt-4.1","x":1,"messages":[]}""")]
    [InlineData("gpt-4.1", """{"model":"m","max_tokens":null,"messages":[]}""", null)]
    [InlineData("gpt-4.1", """{"model":"m","max_completion_tokens":null,"messages":[]}""", null)]
    public void A_limit_of_the_gateway_is_added_to_the_clients_request(string model, string source, string? expected)
    {
        var request = new ChatRequest { Model = "m", Family = "openai", Source = JsonMembers.TryRead(System.Text.Encoding.UTF8.GetBytes(source)) }.LimitedTo(70);
        Assert.Equal(expected, Passed(OpenAI, request, model));
        if (expected is null)
            Assert.Equal(70, OpenAI.Send(request, model).Body.GetProperty("max_completion_tokens").GetInt32());
    }

    [Fact]
    public void A_limit_of_the_gateway_has_the_name_that_the_server_and_the_call_take()
    {
        var request = new ChatRequest { Model = "m", Family = "openai", Source = JsonMembers.TryRead("""{"model":"m"}"""u8.ToArray()) }.LimitedTo(70);
        Assert.Equal("""{"max_tokens":70,"model":"gpt-4.1"}""", Passed(new OpenAIChatOutbound(null) { TakesMaxCompletionTokens = false }, request, "gpt-4.1"));
        Assert.Equal("""{"max_tokens":70,"model":"babbage-002"}""", Passed(OpenAI, request with { Completion = new TextCompletion("Once", null, false) }, "babbage-002"));
        // All choices together have as much.
        Assert.Equal(35, (request with { Sampling = new Sampling { Choices = 2 } }).LimitedTo(70).Sampling.MaxOutputTokens);
    }

    private static string? Passed(OpenAIChatOutbound dialect, ChatRequest request, string model) =>
        dialect.TryPassThrough(request, model) is { } call ? System.Text.Encoding.UTF8.GetString(call.Body.Span) : null;

    [Theory]
    [InlineData("o3")]
    [InlineData("o4-mini")]
    [InlineData("gpt-5")]
    [InlineData("gpt-5.4-mini")]
    public void Reasoning_models_get_no_sampling_and_the_client_is_told(string model)
    {
        var request = Request with
        {
            Sampling = new Sampling { Temperature = 0.5, TopP = 0.9, PresencePenalty = 1, FrequencyPenalty = 1, Stop = ["x"], MaxOutputTokens = 5, Seed = 1 },
        };
        var sent = OpenAI.Send(request, model);
        Assert.Equal(["model", "messages", "seed", "max_completion_tokens"], sent.Body.Names());
        Assert.Equal("stop=emulated, temperature=dropped, top_p=dropped, presence_penalty=dropped, frequency_penalty=dropped", string.Join(", ", sent.Losses.Select(loss => $"{loss.Field}={loss.Action.ToString().ToLowerInvariant()}")));
        Assert.Equal(["x"], OpenAI.Write(request, model, new LossReport()).LocalStop);

        var compatible = Compatible.Send(request, model);
        Assert.Empty(compatible.Losses);
        Assert.True(compatible.Body.Has("temperature"));
    }

    [Theory]
    [InlineData("gpt-4.1", null, ReasoningEffort.High, null)]
    [InlineData("gpt-5.4", true, ReasoningEffort.XHigh, "xhigh")]
    [InlineData("gpt-5.4", false, null, "none")]
    [InlineData("gpt-5-mini", false, null, "minimal")]
    [InlineData("gpt-5", true, null, null)]
    [InlineData("gpt-5-chat-latest", true, ReasoningEffort.High, null)]
    [InlineData("gpt-5", true, ReasoningEffort.Minimal, "minimal")]
    [InlineData("gpt-5.4", true, ReasoningEffort.Minimal, "low")]
    [InlineData("gpt-5.4", true, ReasoningEffort.Max, "xhigh")]
    [InlineData("gpt-5.1-codex-max", true, ReasoningEffort.Max, "xhigh")]
    [InlineData("gpt-5.1", true, ReasoningEffort.Max, "high")]
    [InlineData("gpt-5", true, ReasoningEffort.XHigh, "high")]
    [InlineData("o3", true, ReasoningEffort.Max, "high")]
    [InlineData("o3", true, ReasoningEffort.Low, "low")]
    [InlineData("o3", false, null, null)]
    [InlineData("gpt-4.1", false, null, null)]
    public void The_effort_goes_only_to_models_that_know_it(string model, bool? enabled, ReasoningEffort? effort, string? word)
    {
        var body = OpenAI.Send(Request with { Reasoning = new ReasoningRequest(enabled, effort) }, model).Body;
        Assert.Equal(word, body.TryGetProperty("reasoning_effort", out var sent) ? sent.GetString() : null);
    }

    [Theory]
    [InlineData("gpt-4.1", "a,b,c,d", "e,f")]
    [InlineData("o3", null, "a,b,c,d,e,f")]
    public void Stop_sequences_that_OpenAI_does_not_take_are_left_to_the_gateway(string model, string? sent, string local)
    {
        var losses = new LossReport();
        var call = OpenAI.Write(Request with { Sampling = new Sampling { Stop = ["a", "", "b", "c", "d", "e", "f"] } }, model, losses);
        Assert.Equal(sent, Json.Parse(call.Body).TryGetProperty("stop", out var stop) ? string.Join(',', stop.EnumerateArray()) : null);
        Assert.Equal(local, string.Join(',', call.LocalStop));
        Assert.Equal("stop=emulated", losses.ToString());
        Assert.Empty(OpenAI.Write(Request with { Sampling = new Sampling { Stop = ["a", "b", "c", "d"] } }, "gpt-4.1", new LossReport()).LocalStop);
        Assert.Empty(Compatible.Write(Request with { Sampling = new Sampling { Stop = ["a", "b", "c", "d", "e"] } }, "m", new LossReport()).LocalStop);
    }

    [Fact]
    public void Extensions_go_to_their_own_family_as_they_were_sent()
    {
        var extensions = new Dictionary<string, string> { ["metadata"] = "{\"a\": 1.0}", ["user"] = "\"u\"" };
        Assert.Equal("{\"a\": 1.0}", OpenAI.Send(Request with { Extensions = extensions }).Body.GetProperty("metadata").GetRawText());
        var foreign = OpenAI.Send(Request with { Extensions = extensions, Family = "ollama" });
        Assert.Equal(["model", "messages"], foreign.Body.Names());
        Assert.Equal(2, foreign.Losses.Count);
    }

    [Fact]
    public void Streams_always_ask_for_usage()
    {
        var body = Compatible.Send(Request with { Stream = true }).Body;
        Assert.True(body.GetProperty("stream").GetBoolean());
        Assert.True(body.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
        Assert.False(Compatible.Send(Request).Body.Has("stream"));
    }

    [Fact]
    public void A_conversation_keeps_its_words()
    {
        var longId = new string('x', 41);
        var sent = OpenAI.Send(Request with
        {
            Turns =
            [
                Turn.Of(Role.Developer, "s") with { Name = "n" },
                new Turn(Role.User, [new TextPart("look"), new TextPart(""), new ImagePart(new LinkedMedia("https://example.com/a.png"), "low"), new AudioPart(new InlineMedia("audio/wav", "AAAA"), "wav"), new DocumentPart(new InlineMedia("application/pdf", "AAAA"), null)]),
                new Turn(Role.Assistant, [new ReasoningPart("hm"), new ToolCallPart("call_1", "f", "{\"a\": 1.0}"), new ToolCallPart(longId, "g", "{}")]),
                new Turn(Role.Tool, [new ToolResultPart("call_1", "f", [new TextPart("42")], IsError: false)]),
                new Turn(Role.Tool, [new ToolResultPart(longId, "g", [new TextPart("no")], IsError: true)]),
                new Turn(Role.Assistant, [new RefusalPart("never")]),
            ],
        });
        var shortened = "call_" + ToolCallId.Alphanumeric(longId, 24);
        Assert.Equal(
            $$$"""
            [{"role":"developer","name":"n","content":"s"},
            {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}},{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},{"type":"file","file":{"filename":"file","file_data":"data:application/pdf;base64,AAAA"}}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\": 1.0}"}},{"id":"{{{shortened}}}","type":"function","function":{"name":"g","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"call_1","content":"42"},
            {"role":"tool","tool_call_id":"{{{shortened}}}","content":"Error: no"},
            {"role":"assistant","content":"","refusal":"never"}]
            """.ReplaceLineEndings(""),
            sent.Body.GetProperty("messages").GetRawText());
        Assert.Equal([new Loss("reasoning", LossAction.Dropped)], sent.Losses);
    }

    [Fact]
    public void Any_request_is_written_with_paired_ids_and_without_repeated_members() => Generated.Check(ChatRequests.Any, 300, request =>
    {
        foreach (var dialect in (OpenAIChatOutbound[])[OpenAI, Compatible])
        {
            var sent = dialect.Send(request, request.Completion is null ? "gpt-4.1" : "davinci-002");
            Assert.Equal(request.Completion is null ? "chat/completions" : "completions", sent.Path);
            Assert.Equal(sent.Body.Names().Length, sent.Body.Names().Distinct().Count());
            Assert.DoesNotContain(sent.Losses, loss => loss.Action == LossAction.Dropped && sent.Body.Has(loss.Field));
            if (request.Completion is null)
                OutboundCalls.AssertPaired(sent.Body, "^[^\\s]{1,40}$");
        }
    });

    [Fact]
    public void What_an_OpenAI_client_sent_reaches_a_compatible_server_unchanged() => Generated.Check(ChatRequests.Any, 300, request =>
    {
        var chat = new Dragoman.Dialects.OpenAIChat.OpenAIChat();
        var wanted = request with { Completion = null, Family = "openai", Sampling = Sampling.Unset with { Temperature = request.Sampling.TopP is null ? 1 : 0.5, Stop = request.Sampling.Stop, Seed = request.Sampling.Seed } };
        var first = Compatible.Send(wanted);
        if (first.Body.TryGetProperty("tool_choice", out var choice) && choice.ValueKind == JsonValueKind.Object && request.Tools.Count == 0)
            return;
        var second = Compatible.Send(chat.Read(Json.Parse(first.Body.GetRawText()), RequestContext.Bare) with { Model = wanted.Model });
        Assert.Equal(first.Body.GetRawText(), second.Body.GetRawText());
    });

    [Theory]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2ln"}}}]}""", true)]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}],"reasoning_content":"hm"}""", true)]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}""", false)]
    public void What_another_provider_left_in_a_conversation_does_not_reach_OpenAI(string turn, bool isForeign)
    {
        var json = $$"""{"model":"m","messages":[{{turn}},{"role":"tool","tool_call_id":"c","content":"r"}]}""";
        var request = new Dragoman.Dialects.OpenAIChat.OpenAIChat().Read(Json.Parse(json), RequestContext.Bare) with { Source = JsonMembers.TryRead(System.Text.Encoding.UTF8.GetBytes(json)) };
        Assert.Equal(isForeign, OpenAI.TryPassThrough(request, "gpt-4.1") is null);
        if (!isForeign)
            return;
        var sent = OpenAI.Send(request, "gpt-4.1");
        Assert.DoesNotContain("c2ln", sent.Body.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("reasoning_content", sent.Body.GetRawText(), StringComparison.Ordinal);
        Assert.NotEmpty(sent.Losses);
    }

    [Fact]
    public void OpenAIs_ranges_are_kept_and_the_clamping_told()
    {
        var sent = OpenAI.Send(Request with { Sampling = new Sampling { Temperature = 5, PresencePenalty = -9 } }, "gpt-4.1");
        Assert.Equal((2, -2), (sent.Body.GetProperty("temperature").GetInt32(), sent.Body.GetProperty("presence_penalty").GetInt32()));
        Assert.Equal([new Loss("temperature", LossAction.Clamped), new Loss("presence_penalty", LossAction.Clamped)], sent.Losses);
    }

    [Theory]
    [InlineData(true, "base64", 2048)]
    [InlineData(false, "float", 512)]
    public void Embeddings_are_asked_for_as_the_server_can(bool isOpenAI, string encoding, int mostInputs)
    {
        var dialect = isOpenAI ? OpenAI : Compatible;
        Assert.Equal(mostInputs, dialect.EmbeddingLimits.MostInputs);
        var call = dialect.WriteEmbeddings(new EmbeddingRequest("m", ["a", ""], 8) { User = "u" }, "text-embedding-3-small", new LossReport());
        Assert.Equal(
            ("embeddings", $$"""{"model":"text-embedding-3-small","input":["a"," "],"dimensions":8,"user":"u","encoding_format":"{{encoding}}"}"""),
            (call.Path, Encoding.UTF8.GetString(call.Body.Span)));
    }
}
