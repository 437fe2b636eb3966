using System.Net;
using Dragoman.Gateway.Tests.Dialects;
using Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

namespace Dragoman.Gateway.Tests.Endpoints;

/// <summary>Anthropic's clients in front of a provider with another dialect.</summary>
public sealed class AnthropicEndpointsTests
{
    private const string Hello = """{"model":"m","max_tokens":10,"messages":[{"role":"user","content":"Hello"}]}""";
    private const string HelloStreamed = """{"model":"m","max_tokens":10,"stream":true,"messages":[{"role":"user","content":"Hello"}]}""";

    [Theory]
    [InlineData("mistral")]
    [InlineData("openai")]
    public async Task An_answer_comes_in_Anthropics_form(string dialect)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(dialect);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (status, body, response) = await gateway.PostAsync("/v1/messages?beta=true", Hello);
        Assert.Equal(HttpStatusCode.OK, status);
        var answer = Json.Parse(body);
        Assert.Equal(("message", "m", "end_turn"), (answer.Text("type"), answer.Text("model"), answer.Text("stop_reason")));
        Assert.Equal("Hello", Assert.Single(answer.GetProperty("content").EnumerateArray()).Text("text"));
        Assert.Equal(3, answer.GetProperty("usage").GetProperty("input_tokens").GetInt32());
        Assert.Equal("msg_" + Assert.Single(response.Headers.GetValues("request-id")), answer.Text("id"));
        Assert.Equal("upstream-m", Json.Parse(gateway.First.Bodies[0]).Text("model"));
    }

    [Theory]
    [InlineData("mistral")]
    [InlineData("openai")]
    public async Task A_stream_comes_in_Anthropics_form(string dialect)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(dialect);
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"), ScriptedUpstream.Delta("lo"), ScriptedUpstream.Finish, "[DONE]");
        var (status, body, response) = await gateway.PostAsync("/v1/messages", HelloStreamed);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (status, response.Content.Headers.ContentType?.MediaType));
        var events = AnthropicEvents.Read(body);
        Assert.Equal(("Hello", "end_turn", "m"), (events.Text, events.StopReason, events.Message.Text("model")));
        Assert.Equal((3, 2), (events.Usage.GetProperty("input_tokens").GetInt32(), events.Usage.GetProperty("output_tokens").GetInt32()));
        Assert.True(response.Headers.Contains("request-id"));
    }

    [Fact]
    public async Task A_stream_that_breaks_off_ends_in_an_error_event()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"));
        var (_, body, _) = await gateway.PostAsync("/v1/messages", HelloStreamed);
        var events = AnthropicEvents.Read(body);
        Assert.Equal(("Hel", "api_error"), (events.Text, events.Error!.Value.Text("type")));
    }

    [Theory]
    [InlineData("/v1/messages", """{"model":"m","messages":[{"role":"user","content":"x"}]}""", 400, "invalid_request_error", "max_tokens is required")]
    [InlineData("/v1/messages", """{"model":"nope","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", 404, "not_found_error", "model 'nope' not found")]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}],"container":"c"}""", 400, "invalid_request_error", "container is a sandbox of Anthropic's, which this model's provider does not have")]
    [InlineData("/v1/messages/count_tokens", """{"model":"nope","messages":[{"role":"user","content":"x"}]}""", 404, "not_found_error", "model 'nope' not found")]
    [InlineData("/v1/messages/batches", "{}", 404, "not_found_error", "Unknown request URL: POST /v1/messages/batches.")]
    public async Task A_refusal_has_Anthropics_shape_and_the_requests_id(string path, string request, int status, string type, string message)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (answered, body, response) = await gateway.PostAsync(path, request);
        var error = Json.Parse(body);
        Assert.Equal((status, "error"), ((int)answered, error.Text("type")));
        Assert.Equal((type, message), (error.GetProperty("error").Text("type"), error.GetProperty("error").Text("message")));
        Assert.Equal(Assert.Single(response.Headers.GetValues("request-id")), error.Text("request_id"));
        Assert.Empty(gateway.First.Bodies);
    }

    [Theory]
    [InlineData("/v1/messages/count_tokens")]
    [InlineData("/v1/messages/count_tokens?beta=true")]
    public async Task Tokens_are_estimated_over_the_whole_prompt_where_the_provider_does_not_count(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var words = new string('a', 400);
        var least = await CountAsync("""{"model":"m","messages":[{"role":"user","content":"x"}]}""");
        Assert.InRange(least, 1, 20);
        foreach (var longer in (string[])
            [
                $$$"""{"model":"m","messages":[{"role":"user","content":"{{{words}}}"}]}""",
                $$$"""{"model":"m","system":"{{{words}}}","messages":[{"role":"user","content":"x"}]}""",
                $$$"""{"model":"m","tools":[{"name":"f","description":"{{{words}}}","input_schema":{}}],"messages":[{"role":"user","content":"x"}]}""",
                $$$"""{"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"a":"{{{words}}}"}}]}]}""",
                $$$"""{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"{{{words}}}"}]}]}""",
                """{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://nowhere.invalid/a.png"}}]}]}""",
            ])
            Assert.True(await CountAsync(longer) >= least + 95);
        Assert.Empty(gateway.First.Bodies);

        async Task<int> CountAsync(string request)
        {
            var (status, body, response) = await gateway.PostAsync(path, request);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal("estimated", Assert.Single(response.Headers.GetValues("x-dragoman-token-count")));
            return Json.Parse(body).GetProperty("input_tokens").GetInt32();
        }
    }

    [Theory]
    [InlineData("", "m,second,both,chat-only,vectors", false)]
    [InlineData("?limit=2", "m,second", true)]
    [InlineData("?limit=2&after_id=second", "both,chat-only", true)]
    [InlineData("?limit=2&after_id=both", "chat-only,vectors", false)]
    [InlineData("?limit=2&before_id=chat-only", "second,both", true)]
    [InlineData("?before_id=m", "", false)]
    public async Task Models_are_listed_a_page_at_a_time(string query, string expected, bool hasMore)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var list = await GetAsync(gateway, "/v1/models" + query, ("anthropic-version", "2023-06-01"));
        var ids = list.GetProperty("data").EnumerateArray().Select(model => model.Text("id")).ToList();
        Assert.Equal(expected, string.Join(',', ids));
        Assert.Equal((hasMore, ids.FirstOrDefault(), ids.LastOrDefault()), (list.GetProperty("has_more").GetBoolean(), list.Text("first_id"), list.Text("last_id")));
        Assert.All(list.GetProperty("data").EnumerateArray(), model =>
        {
            Assert.Equal(("model", model.Text("id")), (model.Text("type"), model.Text("display_name")));
            Assert.Matches("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$", model.Text("created_at"));
        });
    }

    [Fact]
    public async Task The_client_decides_in_whose_shape_models_are_told()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        Assert.Equal("model", (await GetAsync(gateway, "/v1/models/m", ("x-api-key", "k"))).Text("type"));
        Assert.Equal("model", (await GetAsync(gateway, "/v1/models/m", ("x-api-key", "k"), ("Authorization", "Bearer k"))).Text("object"));
        Assert.Equal("model", (await GetAsync(gateway, "/v1/models/m")).Text("object"));
        Assert.Equal("not_found_error", (await GetAsync(gateway, "/v1/models/nope", ("anthropic-version", "2023-06-01"))).GetProperty("error").Text("type"));
        Assert.Equal("invalid_request_error", (await GetAsync(gateway, "/v1/models?limit=0", ("anthropic-version", "2023-06-01"))).GetProperty("error").Text("type"));
        Assert.Equal("invalid_request_error", (await GetAsync(gateway, "/v1/models?after_id=nope", ("anthropic-version", "2023-06-01"))).GetProperty("error").Text("type"));
    }

    private static async Task<System.Text.Json.JsonElement> GetAsync(GatewayUnderTest gateway, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await gateway.Client.SendAsync(request);
        return Json.Parse(await response.Content.ReadAsStringAsync());
    }
}
