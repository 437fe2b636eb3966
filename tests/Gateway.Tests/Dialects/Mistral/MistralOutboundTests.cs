using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Mistral;
using Dragoman.Dialects.Requests;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects.Mistral;

/// <summary>Mistral rejects requests with an unknown member (specs/dialects.md 1.5, P-55).</summary>
public sealed class MistralOutboundTests
{
    private static readonly string[] ChatMembers =
    [
        "model", "messages", "temperature", "top_p", "max_tokens", "stop", "random_seed", "metadata", "response_format", "tools", "tool_choice",
        "presence_penalty", "frequency_penalty", "n", "prediction", "parallel_tool_calls", "reasoning_effort", "prompt_mode", "prompt_cache_key", "service_tier", "stream",
    ];

    private static readonly string[] FillMembers = ["model", "prompt", "suffix", "temperature", "top_p", "max_tokens", "stop", "random_seed", "stream"];

    private static readonly MistralOutbound Mistral = new();
    private static readonly ChatRequest Request = new() { Model = "published", Family = "openai", Turns = [Turn.Of(Role.User, "hi")] };

    [Fact]
    public void Any_request_is_refused_or_written_within_the_closed_schema() => Generated.Check(ChatRequests.Any, 500, request =>
    {
        Sent sent;
        try
        {
            sent = Mistral.Send(request);
        }
        catch (GatewayException refusal)
        {
            Assert.Contains(refusal.Error.Field, (string[])["logit_bias", "logprobs", "n"]);
            return;
        }

        var isFill = request.Completion?.Suffix is not null;
        Assert.Equal(isFill ? "fim/completions" : "chat/completions", sent.Path);
        Assert.Subset(new HashSet<string>(isFill ? FillMembers : ChatMembers), new HashSet<string>(sent.Body.Names()));
        Assert.Equal(sent.Body.Names().Length, sent.Body.Names().Distinct().Count());
        Assert.Equal("upstream", sent.Body.Text("model"));
        AssertWithin(sent.Body, "temperature", 0, 1.5);
        AssertWithin(sent.Body, "top_p", 0, 1);
        AssertWithin(sent.Body, "presence_penalty", -2, 2);
        AssertWithin(sent.Body, "frequency_penalty", -2, 2);
        if (sent.Body.TryGetProperty("temperature", out var temperature) && temperature.GetDouble() == 0 && sent.Body.TryGetProperty("top_p", out var topP))
            Assert.Equal(1, topP.GetDouble());
        AssertLossesAreTold(request, sent, isFill);
        if (isFill)
            return;
        Assert.All(sent.Body.GetProperty("messages").EnumerateArray(), AssertMessage);
        OutboundCalls.AssertPaired(sent.Body, "^[a-zA-Z0-9]{9}$");
    });

    [Fact]
    public void A_conversation_keeps_its_words()
    {
        var sent = Mistral.Send(Request with
        {
            Turns =
            [
                Turn.Of(Role.Developer, "s"),
                new Turn(Role.User, [new TextPart("look"), new ImagePart(new InlineMedia("image/png", "AAAA"), "low")]) { Name = "me" },
                new Turn(Role.Assistant, [new ReasoningPart("hm"), new TextPart("ok"), new ToolCallPart("call_1", "f", "{\"a\": 1.0}")]),
                new Turn(Role.Tool, [new ToolResultPart("call_1", "f", [new TextPart("42")], IsError: true)]),
                Turn.Of(Role.Assistant, "The answer"),
            ],
        });
        var id = ToolCallId.Alphanumeric("call_1", 9);
        Assert.Equal(
            $$$"""
            [{"role":"system","content":"s"},
            {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}}]},
            {"role":"assistant","content":"ok","tool_calls":[{"id":"{{{id}}}","type":"function","function":{"name":"f","arguments":"{\"a\": 1.0}"}}]},
            {"role":"tool","tool_call_id":"{{{id}}}","name":"f","content":"Error: 42"},
            {"role":"assistant","content":"The answer","prefix":true}]
            """.ReplaceLineEndings(""),
            sent.Body.GetProperty("messages").GetRawText());
        Assert.Equal([new Loss("messages[1].name", LossAction.Dropped), new Loss("reasoning", LossAction.Dropped)], sent.Losses);
    }

    [Fact]
    public void A_conversation_that_ends_in_instructions_is_answered_all_the_same()
    {
        var sent = Mistral.Send(Request with { Turns = [Turn.Of(Role.System, "a"), Turn.Of(Role.System, "b")] });
        Assert.Equal("""[{"role":"system","content":"a"},{"role":"user","content":"b"}]""", sent.Body.GetProperty("messages").GetRawText());
        Assert.Equal([new Loss("system", LossAction.Emulated)], sent.Losses);
    }

    [Fact]
    public void Names_and_words_are_Mistrals()
    {
        var sent = Mistral.Send(Request with
        {
            Sampling = new Sampling { Seed = 7, MaxOutputTokens = 9, Temperature = 2, TopK = 3, Choices = 2, Stop = ["x"] },
            Tools = [new ToolDefinition("f", null, null)],
            ToolChoice = ToolChoice.Required,
            Stream = true,
            IncludeUsage = true,
            Hints = new RequestHints { User = "u", Metadata = "{\"a\":1}" },
        });
        Assert.Equal(
            """{"model":"upstream","messages":[{"role":"user","content":"hi"}],"temperature":1.5,"max_tokens":9,"stop":["x"],"random_seed":7,"n":2,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}],"tool_choice":"any","metadata":{"a":1},"stream":true}""",
            sent.Body.GetRawText());
        Assert.Equal("temperature=clamped, top_k=dropped, user=dropped", string.Join(", ", sent.Losses.Select(loss => $"{loss.Field}={loss.Action.ToString().ToLowerInvariant()}")));
    }

    [Theory]
    [InlineData("mistral-small-latest", true, null, "reasoning_effort", "high")]
    [InlineData("mistral-small-latest", false, null, "reasoning_effort", "none")]
    [InlineData("mistral-medium-latest", true, ReasoningEffort.Low, "reasoning_effort", "high")]
    [InlineData("magistral-small-latest", true, null, "prompt_mode", "reasoning")]
    public void Reasoning_is_asked_for_in_the_models_own_way(string model, bool enabled, ReasoningEffort? effort, string member, string value) =>
        Assert.Equal(value, Mistral.Send(Request with { Reasoning = new ReasoningRequest(enabled, effort) }, model).Body.Text(member));

    [Fact]
    public void Reasoning_is_not_mentioned_where_the_client_or_the_model_does_not_know_it()
    {
        Assert.Equal(["model", "messages"], Mistral.Send(Request, "mistral-small-latest").Body.Names());
        Assert.Equal(["model", "messages"], Mistral.Send(Request with { Reasoning = new ReasoningRequest(false, null) }, "codestral-latest").Body.Names());
        var off = Mistral.Send(Request with { Reasoning = new ReasoningRequest(false, null) }, "magistral-medium-latest");
        Assert.Equal(["model", "messages"], off.Body.Names());
        Assert.Equal([new Loss("reasoning off", LossAction.Dropped)], off.Losses);
    }

    [Fact]
    public void What_would_change_the_contract_is_refused_by_name()
    {
        Assert.Equal("logit_bias", Mistral.Refuses(Request with { Sampling = new Sampling { LogitBias = "{\"1\":1}" } }));
        Assert.Equal("logprobs", Mistral.Refuses(Request with { Sampling = new Sampling { Logprobs = true } }));
        Assert.Equal("logprobs", Mistral.Refuses(Request with { Sampling = new Sampling { TopLogprobs = 2 } }));
        Assert.Equal("modalities", Mistral.Refuses(Request with { AudioOutput = new AudioOutput("alloy", "wav") }));
        Assert.Equal("n", Mistral.Refuses(Request with { Completion = new TextCompletion("a", "b", false), Sampling = new Sampling { Choices = 2 } }));
    }

    [Fact]
    public void Log_probabilities_are_only_a_wish_of_Ollamas_clients()
    {
        var sent = Mistral.Send(Request.From("ollama") with { Sampling = new Sampling { Logprobs = true, TopLogprobs = 2 } });
        Assert.Equal([new Loss("logprobs", LossAction.Dropped)], sent.Losses);
    }

    [Fact]
    public void A_gap_is_filled_by_its_own_endpoint_and_raw_text_becomes_a_message()
    {
        var fill = Mistral.Send(Request with { Completion = new TextCompletion("def f(", ")", false), Sampling = new Sampling { MaxOutputTokens = 5 }, Stream = true });
        Assert.Equal(("fim/completions", """{"model":"upstream","prompt":"def f(","suffix":")","max_tokens":5,"stream":true}"""), (fill.Path, fill.Body.GetRawText()));

        var raw = Mistral.Send(Request with { Completion = new TextCompletion("hi", null, false) });
        Assert.Equal("chat/completions", raw.Path);
        Assert.Equal([new Loss("raw completion", LossAction.Emulated)], raw.Losses);
    }

    [Fact]
    public void Embeddings_have_Mistrals_names()
    {
        var losses = new LossReport();
        var call = Mistral.WriteEmbeddings(new EmbeddingRequest("m", ["a", ""], 8) { User = "u" }, "mistral-embed", losses);
        Assert.Equal(("embeddings", """{"model":"mistral-embed","input":["a"," "],"output_dimension":8}"""), (call.Path, Encoding.UTF8.GetString(call.Body.Span)));
        Assert.Equal("user=dropped", losses.ToString());
    }

    [Fact]
    public void As_many_answers_are_read_as_were_asked_for()
    {
        var reader = Mistral.OpenAnswer(Request with { Sampling = new Sampling { Choices = 2 } }, "m");
        var events = new CheckedEvents();
        reader.ReadEvent(default, """{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"""u8, events);
        reader.Complete(events);
        Assert.NotNull(events.Error);
    }

    private static void AssertWithin(JsonElement body, string name, double least, double most)
    {
        if (body.TryGetProperty(name, out var value))
            Assert.InRange(value.GetDouble(), least, most);
    }

    private static void AssertLossesAreTold(ChatRequest request, Sent sent, bool isFill)
    {
        var lost = sent.Losses.Select(loss => loss.Field).ToList();
        var expected = new Dictionary<string, bool>
        {
            ["top_k"] = request.Sampling.TopK is not null,
            ["min_p"] = request.Sampling.MinP is not null,
            ["repeat_penalty"] = request.Sampling.RepeatPenalty is not null,
            ["temperature"] = request.Sampling.Temperature is < 0 or > 1.5,
        };
        foreach (var name in request.Extensions.Keys)
            expected[name] = isFill || !sent.Body.Has(name);
        foreach (var (name, isLost) in expected)
            Assert.True(lost.Contains(name) == isLost, $"{name}: lost {isLost}, told {lost.Contains(name)}");
        Assert.DoesNotContain(lost, name => sent.Losses.Any(loss => loss.Field == name && loss.Action == LossAction.Dropped) && sent.Body.Has(name));
    }

    private static void AssertMessage(JsonElement message)
    {
        string[] allowed = message.Text("role") switch
        {
            "system" or "user" => ["role", "content"],
            "assistant" => ["role", "content", "tool_calls", "prefix"],
            "tool" => ["role", "content", "tool_call_id", "name"],
            var role => throw new InvalidOperationException($"role {role}"),
        };
        Assert.Subset(new HashSet<string>(allowed), new HashSet<string>(message.Names()));
        var content = message.GetProperty("content");
        if (content.ValueKind != JsonValueKind.Array)
        {
            Assert.Equal(JsonValueKind.String, content.ValueKind);
            return;
        }

        Assert.NotEqual(0, content.GetArrayLength());

        Assert.All(content.EnumerateArray(), part => Assert.Equal(
            part.Text("type") switch
            {
                "text" => ["type", "text"],
                "image_url" => ["type", "image_url"],
                "input_audio" => ["type", "input_audio"],
                _ => ["type", "document_url", "document_name"],
            },
            part.Names()));
    }
}
