using System.Net;
using System.Text;
using System.Text.Json;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Gateway.Tests.Dialects;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>OpenAI's Responses through the whole gateway, as the client's dialect and as the provider's.</summary>
public sealed class ResponsesPipelineTests
{
    private const string Tools = """[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}},{"type":"function","name":"get_time","parameters":{"type":"object"}}]""";
    private const string ChatTools = """[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},{"type":"function","function":{"name":"get_time"}}]""";

    /// <summary>A dialect with its options, the provider's model, the path that is called, and the folder of its recordings.</summary>
    public static TheoryData<string, string, string, string, string> Providers => new()
    {
        { "openai", """{"server":"generic"}""", "local", "/v1/chat/completions", "openai-chat" },
        { "openai", """{"server":"generic","responses":true}""", "local", "/v1/responses", "openai-responses" },
        { "openai", """{"server":"openai"}""", "gpt-5.6-terra", "/v1/responses", "openai-responses" },
        { "azure-openai", "{}", "prod", "/openai/v1/responses", "openai-responses" },
        { "azure-openai", """{"deployments":false,"apiVersion":"preview"}""", "prod", "/v1/responses?api-version=preview", "openai-responses" },
        { "mistral", "{}", "mistral-large-latest", "/v1/chat/completions", "mistral" },
        { "anthropic", "{}", "claude-opus-4-8", "/v1/messages", "anthropic" },
        { "gemini", "{}", "gemini-3-flash", "/v1/models/gemini-3-flash:", "gemini" },
    };

    private static async Task<GatewayUnderTest> Replaying(string dialect, string options, string model, params string[] names)
    {
        var gateway = await GatewayUnderTest.StartAsync(dialect, options: options, upstreamModel: model);
        var next = 0;
        gateway.First.Answer = http =>
        {
            var fixture = WireFixture.Named(names[Math.Min(next++, names.Length - 1)]);
            return ScriptedUpstream.WriteAsync(http, fixture.Status, fixture.IsWholeBody ? "application/json" : "text/event-stream; charset=utf-8", Encoding.UTF8.GetString(fixture.Body));
        };
        return gateway;
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_stream_comes_from_every_provider(string dialect, string options, string model, string path, string recordings)
    {
        var name = recordings + (recordings == "openai-chat" ? "/stream-text-usage" : "/stream-text");
        await using var gateway = await Replaying(dialect, options, model, name);
        var (status, body, response) = await gateway.PostAsync("/v1/responses", """{"model":"m","instructions":"s","input":"Say hello","stream":true}""");
        Assert.True(status == HttpStatusCode.OK, body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith(path, Assert.Single(gateway.First.Paths), StringComparison.Ordinal);
        var answer = ReadStream(body);
        var expect = WireFixture.Named(name).Expect;
        Assert.Equal(expect.Text("text"), answer.Text);
        Assert.Equal(["m"], answer.Events.Where(each => each.Data.Has("response")).Select(each => each.Data.GetProperty("response").Text("model")).Distinct());
        Assert.Equal(
            (expect.GetProperty("usage").GetProperty("inputTotal").GetInt32(), expect.GetProperty("usage").GetProperty("outputTotal").GetInt32()),
            (UsageOf(answer.Last.GetProperty("response"), "input_tokens"), UsageOf(answer.Last.GetProperty("response"), "output_tokens")));
        if (recordings == "openai-responses")
            Assert.Equal($$"""{"model":"{{model}}","instructions":"s","input":"Say hello","stream":true}""", gateway.First.Bodies[0]);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_whole_answer_comes_from_every_provider(string dialect, string options, string model, string path, string recordings)
    {
        await using var gateway = await Replaying(dialect, options, model, recordings + "/nonstream-text");
        var (status, body, _) = await gateway.PostAsync("/v1/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"Capital?"}]}]}""");
        Assert.True(status == HttpStatusCode.OK, body);
        Assert.StartsWith(path, Assert.Single(gateway.First.Paths), StringComparison.Ordinal);
        var answer = Json.Parse(body);
        Assert.Equal(("response", "completed", "m"), (answer.Text("object"), answer.Text("status"), answer.Text("model")));
        var message = Assert.Single(answer.GetProperty("output").EnumerateArray(), item => item.Text("type") == "message");
        Assert.Equal("Copenhagen.", Assert.Single(message.GetProperty("content").EnumerateArray()).Text("text"));
        Assert.Equal(WireFixture.Named(recordings + "/nonstream-text").Expect.GetProperty("usage").GetProperty("inputTotal").GetInt32(), UsageOf(answer, "input_tokens"));
    }

    [Theory]
    [InlineData("openai", """{"server":"generic"}""", "local", "openai-chat/stream-tools-parallel")]
    [InlineData("openai", """{"server":"openai"}""", "gpt-5.6-terra", "openai-responses/stream-tools-parallel-with-reasoning")]
    [InlineData("mistral", "{}", "mistral-large-latest", "mistral/stream-tools-incremental")]
    [InlineData("anthropic", "{}", "claude-opus-4-8", "anthropic/stream-tools-parallel")]
    [InlineData("gemini", "{}", "gemini-3-flash", "gemini/stream-tools-parallel-gemini3")]
    public async Task Calls_come_from_every_provider_and_their_results_go_back(string dialect, string options, string model, string name)
    {
        var folder = name[..name.IndexOf('/')];
        await using var gateway = await Replaying(dialect, options, model, name, folder + "/nonstream-text");
        var (status, body, _) = await gateway.PostAsync("/v1/responses", $$"""{"model":"m","input":"Weather?","stream":true,"tools":{{Tools}}}""");
        Assert.True(status == HttpStatusCode.OK, body);
        var answer = ReadStream(body);
        var expected = WireFixture.Named(name).Expect.GetProperty("toolCalls").EnumerateArray().Select(call => (call.Text("name"), call.GetProperty("arguments").GetRawText().Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)));
        Assert.Equal(expected, answer.Calls.Select(call => ((string?)call.Name, call.Arguments.Replace(" ", "", StringComparison.Ordinal))));

        var output = answer.Last.GetProperty("response").GetProperty("output").EnumerateArray().Select(item => item.GetRawText());
        var results = answer.Calls.Select(call => $$"""{"type":"function_call_output","call_id":"{{call.CallId}}","output":"rain"}""");
        var (again, second, _) = await gateway.PostAsync(
            "/v1/responses",
            $$"""{"model":"m","tools":{{Tools}},"input":[{"role":"user","content":"Weather?"},{{string.Join(',', output.Concat(results))}}]}""");
        Assert.True(again == HttpStatusCode.OK, second);
        Assert.Contains("Copenhagen.", second, StringComparison.Ordinal);
        Assert.Equal(answer.Calls.Count, gateway.First.Bodies[1].Split("rain").Length - 1);
    }

    [Fact]
    public async Task A_chat_with_tools_goes_through_Responses_where_the_model_needs_it_and_its_reasoning_comes_back()
    {
        await using var gateway = await Replaying("openai", """{"server":"openai"}""", "gpt-5.6-terra", "openai-responses/stream-tools-parallel-with-reasoning", "openai-responses/nonstream-text");
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", $$"""{"model":"m","stream":true,"messages":[{"role":"user","content":"Weather?"}],"tools":{{ChatTools}}}""");
        Assert.True(status == HttpStatusCode.OK, body);
        var choices = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(text => text["data: ".Length..]).Where(text => text != "[DONE]")
            .SelectMany(text => Json.Parse(text).GetProperty("choices").EnumerateArray()).ToList();
        Assert.Equal("tool_calls", choices[^1].Text("finish_reason"));
        var calls = choices.Where(choice => choice.GetProperty("delta").Has("tool_calls")).SelectMany(choice => choice.GetProperty("delta").GetProperty("tool_calls").EnumerateArray()).Where(call => call.Has("id")).ToList();
        Assert.Equal([(0, "get_weather"), (1, "get_time")], calls.Select(call => (call.GetProperty("index").GetInt32(), call.GetProperty("function").Text("name")!)));

        var (again, second, _) = await gateway.PostAsync(
            "/v1/chat/completions",
            $$"""
            {"model":"m","tools":{{ChatTools}},"messages":[{"role":"user","content":"Weather?"},
             {"role":"assistant","content":"Checking both.","tool_calls":[
              {"id":"{{calls[0].Text("id")}}","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Aarhus\"}"} },
              {"id":"{{calls[1].Text("id")}}","type":"function","function":{"name":"get_time","arguments":"{\"city\":\"Tokyo\"}"} }]},
             {"role":"tool","tool_call_id":"{{calls[0].Text("id")}}","content":"rain"},{"role":"tool","tool_call_id":"{{calls[1].Text("id")}}","content":"noon"}]}
            """);
        Assert.True(again == HttpStatusCode.OK, second);
        Assert.Equal("Copenhagen.", Json.Parse(second).GetProperty("choices")[0].GetProperty("message").Text("content"));
        Assert.Equal(["/v1/responses", "/v1/responses"], gateway.First.Paths);
        var sent = Json.Parse(gateway.First.Bodies[1]);
        var input = sent.GetProperty("input").EnumerateArray().ToList();
        Assert.Contains(input, item => item.Text("type") == "reasoning" && item.Text("encrypted_content") == "gAAAAABpHuEnDoneCiphertextKeepThisOneVerbatimForReplay==");
        Assert.Equal(["function_call", "function_call", "function_call_output", "function_call_output"], input.TakeLast(4).Select(item => item.Text("type")));
        Assert.False(sent.GetProperty("store").GetBoolean());
    }

    [Fact]
    public async Task A_chat_without_tools_stays_at_chat_completions()
    {
        await using var gateway = await Replaying("openai", """{"server":"openai"}""", "gpt-5.2", "openai-chat/nonstream-text");
        await gateway.PostAsync("/v1/chat/completions", """{"model":"m","temperature":0.5,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal("/v1/chat/completions", Assert.Single(gateway.First.Paths));
        Assert.Equal("""{"model":"gpt-5.2","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":9}""", gateway.First.Bodies[0]);
    }

    [Fact]
    public async Task What_a_reasoning_model_refuses_is_left_out_of_a_clients_own_request()
    {
        await using var gateway = await Replaying("openai", """{"server":"openai"}""", "gpt-5.2", "openai-responses/nonstream-text");
        var (_, _, response) = await gateway.PostAsync("/v1/responses", """{"model":"m","input":[{"role":"assistant","phase":"commentary","content":"a"},{"role":"user","content":"hi"}],"temperature":0.2}""");
        Assert.False(Json.Parse(gateway.First.Bodies[0]).Has("temperature"));
        Assert.Equal("input[].phase=dropped, temperature=dropped", Assert.Single(response.Headers.GetValues("X-Dragoman-Losses")));
    }

    [Theory]
    [InlineData("deployments", """{}""", "/openai/deployments/prod/chat/completions?api-version=2024-10-21")]
    [InlineData("v1", """{"deployments":false}""", "/v1/chat/completions")]
    public async Task A_chat_reaches_a_deployment_in_Azure(string endpoint, string options, string path)
    {
        await using var gateway = await Replaying("azure-openai", options, "prod", "azure-openai/stream-text-usage", "azure-openai/nonstream-text-deployment-apikey");
        var key = "";
        var replay = gateway.First.Answer;
        gateway.First.Answer = http =>
        {
            key = http.Request.Headers["api-key"].ToString();
            return replay(http);
        };
        var (_, stream, _) = await gateway.PostAsync("/api/chat", """{"model":"m","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal("Hej med dig!", string.Concat(stream.TrimEnd('\n').Split('\n').Select(line => Json.Parse(line).GetProperty("message").Text("content"))));
        var (_, whole, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(("Copenhagen.", "m"), (Json.Parse(whole).GetProperty("choices")[0].GetProperty("message").Text("content"), Json.Parse(whole).Text("model")));
        Assert.Equal([path, path], gateway.First.Paths);
        Assert.True(key == "sentinel-secret", endpoint);
    }

    [Fact]
    public async Task A_deployment_is_routed_by_the_model_behind_it()
    {
        await using var gateway = await Replaying("azure-openai", """{"baseModels":{"prod":"gpt-5.2"}}""", "prod", "openai-responses/nonstream-tools-reasoning");
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", $$"""{"model":"m","temperature":0.1,"messages":[{"role":"user","content":"hi"}],"tools":{{ChatTools}}}""");
        Assert.True(status == HttpStatusCode.OK, body);
        Assert.Equal("/openai/v1/responses", Assert.Single(gateway.First.Paths));
        var sent = Json.Parse(gateway.First.Bodies[0]);
        Assert.Equal(("prod", false), (sent.Text("model"), sent.Has("temperature")));
        Assert.Equal("get_weather", Json.Parse(body).GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").Text("name"));
    }

    [Theory]
    [InlineData("gpt-4.1", "/v1/chat/completions", "openai-chat/nonstream-text", "Copenhagen.")]
    [InlineData("gpt-5-codex", "/v1/responses", "openai-responses/nonstream-text", "Copenhagen.")]
    public async Task A_text_is_continued_by_a_model_that_only_chats(string model, string path, string recording, string text)
    {
        await using var gateway = await Replaying("openai", """{"server":"openai"}""", model, recording);
        var (status, body, response) = await gateway.PostAsync("/v1/completions", """{"model":"m","prompt":"The capital is"}""");
        Assert.True(status == HttpStatusCode.OK, body);
        Assert.Equal(path, Assert.Single(gateway.First.Paths));
        Assert.Equal(("text_completion", text), (Json.Parse(body).Text("object"), Json.Parse(body).GetProperty("choices")[0].Text("text")));
        Assert.Contains("raw completion=emulated", Assert.Single(response.Headers.GetValues("X-Dragoman-Losses")), StringComparison.Ordinal);
        foreach (var (wrong, field) in ((string, string)[])[("""{"model":"m","prompt":"a","suffix":"b"}""", "suffix"), ("""{"model":"m","prompt":["a","b"]}""", "prompt")])
        {
            var (refused, error, _) = await gateway.PostAsync("/v1/completions", wrong);
            Assert.Equal((HttpStatusCode.BadRequest, field), (refused, Json.Parse(error).GetProperty("error").Text("param")));
        }

        Assert.Single(gateway.First.Paths);
    }

    [Theory]
    [InlineData("openai", """{"server":"openai"}""", "gpt-4.1")]
    [InlineData("mistral", "{}", "mistral-large-latest")]
    public async Task A_stream_that_breaks_off_ends_in_a_failure(string dialect, string options, string model)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(dialect, options: options, upstreamModel: model);
        gateway.First.Answer = http => dialect == "mistral"
            ? ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"))
            : ScriptedUpstream.WriteEventsAsync(
                http,
                """{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","model":"gpt-4.1","output":[]}}""",
                """{"type":"response.output_text.delta","sequence_number":1,"output_index":0,"content_index":0,"item_id":"msg_1","delta":"Hel"}""");
        var (_, body, _) = await gateway.PostAsync("/v1/responses", """{"model":"m","input":"hi","stream":true}""");
        Assert.Contains("\"delta\":\"Hel\"", body, StringComparison.Ordinal);
        Assert.Contains("upstream_stream_truncated", body, StringComparison.Ordinal);
        Assert.DoesNotContain("response.completed", body, StringComparison.Ordinal);
    }

    /// <summary>OpenAI's own stream has more kinds of events than the gateway's, so only the relevant ones are read.</summary>
    private static Answer ReadStream(string body)
    {
        var events = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(text => Json.Parse(text[(text.IndexOf("data: ", StringComparison.Ordinal) + "data: ".Length)..])).ToList();
        Assert.Equal("response.completed", events[^1].Text("type"));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(each => each.GetProperty("sequence_number").GetInt32()));
        var calls = events[^1].GetProperty("response").GetProperty("output").EnumerateArray().Where(item => item.Text("type") == "function_call")
            .Select(item => (item.Text("call_id")!, item.Text("name")!, item.Text("arguments")!));
        return new Answer(
            string.Concat(events.Where(each => each.Text("type") == "response.output_text.delta").Select(each => each.Text("delta"))),
            [.. calls],
            [.. events.Select(each => (each.Text("type")!, each))]);
    }

    private static int UsageOf(JsonElement response, string name) => response.GetProperty("usage").GetProperty(name).GetInt32();

    private sealed record Answer(string Text, List<(string CallId, string Name, string Arguments)> Calls, List<(string Type, JsonElement Data)> Events)
    {
        public JsonElement Last => Events[^1].Data;
    }
}
