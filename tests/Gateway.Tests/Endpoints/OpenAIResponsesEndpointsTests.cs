using System.Net;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Gateway.Tests.Dialects;

namespace Dragoman.Gateway.Tests.Endpoints;

public sealed class OpenAIResponsesEndpointsTests
{
    [Fact]
    public async Task Tokens_are_counted_by_a_provider_that_can()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{"server":"openai"}""", upstreamModel: "gpt-5.2");
        var counted = System.Text.Encoding.UTF8.GetString(WireFixture.Named("openai-responses/input-tokens").Body);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", counted);
        var (status, body, response) = await gateway.PostAsync("/v1/responses/input_tokens", """{"model":"m","input":"hi","tools":[{"type":"web_search"}]}""");
        Assert.Equal((HttpStatusCode.OK, """{"object":"response.input_tokens","input_tokens":11}"""), (status, body));
        Assert.False(response.Headers.Contains("x-dragoman-token-count"));
        Assert.Equal("/v1/responses/input_tokens", Assert.Single(gateway.First.Paths));
        Assert.Equal("""{"model":"gpt-5.2","input":"hi","tools":[{"type":"web_search"}]}""", gateway.First.Bodies[0]);
    }

    [Theory]
    [InlineData("mistral", "{}", false)]
    [InlineData("openai", """{"server":"generic"}""", false)]
    [InlineData("azure-openai", "{}", true)]
    public async Task Tokens_are_estimated_where_the_provider_does_not_count(string dialect, string options, bool isAsked)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(dialect, options: options);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 404, "application/json", """{"error":{"message":"Resource not found","code":"404"}}""");
        var (status, body, response) = await gateway.PostAsync("/v1/responses/input_tokens", """{"model":"m","instructions":"be brief","input":[{"role":"user","content":"hi"}]}""");
        Assert.True(status == HttpStatusCode.OK, body);
        Assert.Equal("estimated", Assert.Single(response.Headers.GetValues("x-dragoman-token-count")));
        Assert.Equal("response.input_tokens", Json.Parse(body).Text("object"));
        Assert.InRange(Json.Parse(body).GetProperty("input_tokens").GetInt32(), 1, 30);
        Assert.Equal(isAsked ? 1 : 0, gateway.First.Bodies.Count);
    }

    [Fact]
    public async Task Anthropics_clients_are_told_what_OpenAI_counts()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{"server":"openai"}""", upstreamModel: "gpt-5.2");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"object":"response.input_tokens","input_tokens":7}""");
        var (_, body, _) = await gateway.PostAsync("/v1/messages/count_tokens", """{"model":"m","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal("""{"input_tokens":7}""", body);
        Assert.Equal("""{"model":"gpt-5.2","input":[{"type":"message","role":"user","content":"hi"}]}""", gateway.First.Bodies[0]);
    }

    [Theory]
    [InlineData("""{"model":"nope","input":"a"}""", 404, null)]
    [InlineData("""{"model":"m"}""", 400, "input")]
    [InlineData("""{"model":"m","input":[{"type":"item_reference","id":"i"}]}""", 200, null)]
    public async Task What_cannot_be_counted_is_refused_as_OpenAI_would(string request, int expected, string? field)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (status, body, _) = await gateway.PostAsync("/v1/responses/input_tokens", request);
        Assert.Equal(expected, (int)status);
        if (field is not null)
            Assert.Equal(field, Json.Parse(body).GetProperty("error").Text("param"));
    }

    [Theory]
    [InlineData("GET", "/v1/responses/resp_1", "resp_1")]
    [InlineData("DELETE", "/v1/responses/resp_1", "resp_1")]
    [InlineData("GET", "/v1/responses/resp_1/input_items?limit=1", "resp_1")]
    [InlineData("POST", "/v1/responses/resp_1/cancel", "resp_1")]
    public async Task No_response_is_kept(string method, string path, string id)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        var error = Json.Parse(await response.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.Equal((HttpStatusCode.NotFound, "response_not_found"), (response.StatusCode, error.Text("code")));
        Assert.StartsWith($"Response with id '{id}' not found", error.Text("message"), StringComparison.Ordinal);
        Assert.Empty(gateway.First.Bodies);
    }

    [Fact]
    public async Task A_count_is_not_something_to_get()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await gateway.Client.GetAsync("/v1/responses/input_tokens");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("POST", Assert.Single(response.Content.Headers.Allow));
    }
}
