using System.Net.Http.Json;
using System.Text.Json;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>Requests to OpenAI's reasoning models are written anew. Answers are therefore checked here when OpenAI does not accept the strict schema.</summary>
public class SchemaCheckedAnswerTests
{
    private const string Options = """{"server":"openai"}""";

    private static readonly object Schema = new { type = "object", properties = new { a = new { type = "integer", minimum = 5 }, b = new { type = "string" } }, required = new[] { "a" } };

    [Fact]
    public async Task An_answer_that_does_not_fit_is_asked_for_once_more()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: Options);
        var answers = new Queue<string>(["""{"a":"one"}""", """{"a":7}"""]);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", Whole(answers.Dequeue()));
        using var answer = await AskAsync(gateway, stream: false);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("7", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2, gateway.First.Bodies.Count);
        Assert.Contains("response_format=emulated", answer.Headers.GetValues("X-Dragoman-Losses").Single(), StringComparison.Ordinal);
        using var sent = JsonDocument.Parse(gateway.First.Bodies[0]);
        Assert.False(sent.RootElement.GetProperty("response_format").GetProperty("json_schema").GetProperty("strict").GetBoolean());
    }

    [Fact]
    public async Task An_answer_that_never_fits_is_an_error_that_says_where()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: Options);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", Whole("""{"b":"x"}"""));
        using var answer = await AskAsync(gateway, stream: false);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal(502, (int)answer.StatusCode);
        Assert.Equal(2, gateway.First.Bodies.Count);
        Assert.Contains("does not match the schema", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{\"a\":""", """6}""", true)]
    [InlineData("""{\"a\":""", """4}""", false)]
    public async Task A_stream_that_does_not_fit_never_ends_well(string first, string second, bool fits)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: Options);
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta(first), ScriptedUpstream.Delta(second), ScriptedUpstream.Finish, "[DONE]");
        using var answer = await AskAsync(gateway, stream: true);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal(fits, body.Contains("\"done\":true", StringComparison.Ordinal));
        Assert.Equal(!fits, body.Contains("does not match the schema", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_schema_that_nobody_can_use_is_refused_by_its_place()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var answer = await gateway.Client.PostAsJsonAsync("/v1/chat/completions", new
        {
            model = "m",
            messages = new[] { new { role = "user", content = "hi" } },
            tools = new[] { new { type = "function", function = new { name = "f", parameters = new Dictionary<string, object> { ["$ref"] = "https://example.com/schema" } } } },
        });
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("tools[0].function.parameters", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(gateway.First.Bodies);
    }

    private static string Whole(string text) =>
        $$$"""{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":{{{JsonSerializer.Serialize(text)}}}},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    private static Task<HttpResponseMessage> AskAsync(GatewayUnderTest gateway, bool stream) => gateway.Client.PostAsJsonAsync("/api/chat", new
    {
        model = "m",
        stream,
        messages = new[] { new { role = "user", content = "hi" } },
        format = Schema,
    });
}
