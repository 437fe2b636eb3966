using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>What answers tell of their cost: 3 tokens of prompt for 1 dollar a million, and 2 of the answer for 4.</summary>
public sealed class AnswerCostTests
{
    private const string Price = "\"input\": 1, \"output\": 4";
    private const string Cost = "0.000011";
    private const string Events = """{ "cost": "events" }""";

    public static TheoryData<string> Paths => ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/api/chat", "/api/generate"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_whole_answer_has_its_cost_in_a_header(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(price: Price);
        gateway.First.Answer = AnswerAsync;
        using var answer = await SendAsync(gateway, path, stream: false);
        Assert.Equal(Cost, Header(answer, "x-dragoman-cost"));
        Assert.InRange(double.Parse(Header(answer, "x-dragoman-overhead-ms")!, CultureInfo.InvariantCulture), 0, 60_000);
        Assert.DoesNotContain("\"cost\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_stream_has_its_cost_in_a_trailer_for_those_who_accept_one(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(price: Price);
        gateway.First.Answer = AnswerAsync;
        string? body = null;
        // More than one answer on the same connection: the end of each is where the client expects it.
        foreach (var accepts in new[] { true, true, false })
        {
            using var answer = await SendAsync(gateway, path, stream: true, accepts);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            Assert.Contains("Hello", text, StringComparison.Ordinal);
            Assert.Equal(accepts ? Cost : null, answer.TrailingHeaders.TryGetValues("x-dragoman-cost", out var values) ? values.Single() : null);
            Assert.Equal(accepts ? "x-dragoman-cost" : null, Header(answer, "trailer"));
            Assert.NotNull(Header(answer, "x-dragoman-overhead-ms"));
            Assert.Null(Header(answer, "x-dragoman-cost"));
            Assert.Equal(body?.Length ?? text.Length, text.Length, 64d);
            body = text;
        }
    }

    [Fact]
    public async Task A_stream_that_fails_has_a_trailer_too()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(price: Price);
        var hasBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"));
            await hasBegun.Task;
            http.Abort();
        };
        using var answer = await SendAsync(gateway, "/v1/chat/completions", stream: true, acceptsTrailers: true);
        hasBegun.SetResult();
        Assert.Contains("upstream_stream_truncated", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // Estimated from what was delivered.
        Assert.InRange(decimal.Parse(answer.TrailingHeaders.GetValues("x-dragoman-cost").Single(), CultureInfo.InvariantCulture), 0.000004m, 0.0001m);
        gateway.First.Answer = AnswerAsync;
        using var next = await SendAsync(gateway, "/v1/chat/completions", stream: true, acceptsTrailers: true);
        Assert.Contains("[DONE]", await next.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_stream_arrives_whole_in_chunks_of_ours()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(price: Price);
        var text = new string('x', 300_000);
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta(text), ScriptedUpstream.Finish, "[DONE]");
        using var answer = await SendAsync(gateway, "/v1/chat/completions", stream: true, acceptsTrailers: true);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(Cost, answer.TrailingHeaders.GetValues("x-dragoman-cost").Single());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task An_answer_tells_its_cost_itself_if_the_operator_wants_it(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(price: Price, answers: Events);
        gateway.First.Answer = AnswerAsync;
        foreach (var stream in new[] { false, true })
        {
            using var answer = await SendAsync(gateway, path, stream);
            Assert.Equal([Cost], CostsIn(await answer.Content.ReadAsStringAsync()));
        }
    }

    [Theory]
    [InlineData("openai", "/v1/chat/completions", """{"id":"x","model":"y","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""")]
    [InlineData("anthropic", "/v1/messages", """{"id":"x","type":"message","role":"assistant","model":"y","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}}""")]
    [InlineData("openai", "/v1/chat/completions", """{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"model":"y","usage":{"cost":9.5,"prompt_tokens":3,"completion_tokens":2,"total_tokens":5},"more":1}""")]
    public async Task What_passes_through_gets_the_cost_only_if_the_operator_wants_it(string dialect, string path, string whole)
    {
        var expected = whole.Replace("\"model\":\"y\"", "\"model\":\"m\"", StringComparison.Ordinal);
        await using (var plain = await GatewayUnderTest.StartAsync(dialect, price: Price))
        {
            plain.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", whole);
            using var answer = await SendAsync(plain, path, stream: false);
            Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
            Assert.Equal(Cost, Header(answer, "x-dragoman-cost"));
        }

        await using var telling = await GatewayUnderTest.StartAsync(dialect, price: Price, answers: Events);
        telling.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", whole);
        using var told = await SendAsync(telling, path, stream: false);
        var body = await told.Content.ReadAsStringAsync();
        Assert.Equal([Cost], CostsIn(body));
        Assert.Equal(expected.Replace("\"cost\":9.5", "", StringComparison.Ordinal).Replace("{,", "{", StringComparison.Ordinal), body.Replace($"\"cost\":{Cost}", "", StringComparison.Ordinal).Replace("{,", "{", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_that_passes_through_gets_the_cost_in_the_event_with_the_counts()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", price: Price, answers: Events);
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]");
        using var answer = await SendAsync(gateway, "/v1/chat/completions", stream: true);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal([Cost], CostsIn(body));
        Assert.Contains(ScriptedUpstream.Finish.Replace("\"usage\":{", $"\"usage\":{{\"cost\":{Cost},", StringComparison.Ordinal), body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anthropics_stream_that_passes_through_gets_the_cost_in_its_last_counts()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("anthropic", price: Price, answers: Events);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(
            http,
            200,
            "text/event-stream",
            """
            event: message_start
            data: {"type":"message_start","message":{"id":"x","type":"message","role":"assistant","model":"y","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}

            event: message_stop
            data: {"type":"message_stop"}


            """.ReplaceLineEndings("\n"));
        using var answer = await SendAsync(gateway, "/v1/messages", stream: true);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Contains($$"""{"cost":{{Cost}},"output_tokens":2}""", body, StringComparison.Ordinal);
        Assert.Equal([Cost], CostsIn(body));
    }

    [Fact]
    public async Task Who_wants_to_tell_nothing_tells_nothing()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(price: Price, answers: """{ "cost": "off" }""");
        gateway.First.Answer = AnswerAsync;
        foreach (var stream in new[] { false, true })
        {
            using var answer = await SendAsync(gateway, "/v1/chat/completions", stream, acceptsTrailers: true);
            Assert.DoesNotContain("\"cost\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Empty(answer.TrailingHeaders);
            Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("x-dragoman-", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task A_cost_that_nobody_knows_is_not_zero()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(answers: Events);
        gateway.First.Answer = AnswerAsync;
        using var answer = await SendAsync(gateway, "/v1/chat/completions", stream: false);
        Assert.Equal((null, "price"), (Header(answer, "x-dragoman-cost"), Header(answer, "x-dragoman-cost-unknown")));
        Assert.DoesNotContain("\"cost\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var stream = await SendAsync(gateway, "/v1/chat/completions", stream: true, acceptsTrailers: true);
        await stream.Content.ReadAsStringAsync();
        Assert.Equal("price", stream.TrailingHeaders.GetValues("x-dragoman-cost-unknown").Single());
    }

    [Fact]
    public async Task A_try_that_was_thrown_away_counts_too()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{"server":"openai"}""", price: Price, answers: Events);
        var answers = new Queue<string>(["one", "{\\\"a\\\":7}"]);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer.Replace("Hello", answers.Dequeue(), StringComparison.Ordinal));
        using var answer = await gateway.Client.PostAsJsonAsync("/api/chat", new
        {
            model = "m",
            stream = false,
            messages = new[] { new { role = "user", content = "hi" } },
            format = new { type = "object", properties = new { a = new { type = "integer", minimum = 5 }, b = new { type = "string" } }, required = new[] { "a" } },
        });
        Assert.Equal(2, gateway.First.Bodies.Count);
        var cost = Header(answer, "x-dragoman-cost")!;
        Assert.InRange(decimal.Parse(cost, CultureInfo.InvariantCulture), 0.000012m, 0.000022m);
        Assert.Equal([cost], CostsIn(await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Vectors_have_their_cost_too()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(price: Price);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"data":[{"index":0,"embedding":[0.5]}],"usage":{"prompt_tokens":7,"total_tokens":7}}""");
        using var answer = await gateway.Client.PostAsJsonAsync("/v1/embeddings", new { model = "vectors", input = "hi" });
        Assert.Equal((200, "0.000007"), ((int)answer.StatusCode, Header(answer, "x-dragoman-cost")));
    }

    [Fact]
    public async Task A_request_that_used_nothing_costs_nothing()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(price: Price);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 400, "application/json", """{"message":"no"}""");
        using var answer = await SendAsync(gateway, "/v1/chat/completions", stream: false);
        Assert.Equal((400, "0"), ((int)answer.StatusCode, Header(answer, "x-dragoman-cost")));
    }

    private static Task AnswerAsync(HttpContext http) => ScriptedUpstream.BodyOf(http).Contains("\"stream\":true", StringComparison.Ordinal)
        ? ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]")
        : ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);

    private static Task<HttpResponseMessage> SendAsync(GatewayUnderTest gateway, string path, bool stream, bool acceptsTrailers = false)
    {
        object[] messages = [new { role = "user", content = "hi" }];
        var options = stream ? new { include_usage = true } : null;
        object body = path switch
        {
            "/v1/responses" => new { model = "m", stream, input = "hi" },
            "/v1/completions" => new { model = "m", stream, stream_options = options, prompt = "hi" },
            "/api/generate" => new { model = "m", stream, prompt = "hi" },
            "/v1/messages" => new { model = "m", stream, max_tokens = 9, messages },
            "/api/chat" => new { model = "m", stream, messages },
            _ => new { model = "m", stream, stream_options = options, messages },
        };
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (acceptsTrailers)
            request.Headers.TE.ParseAdd("trailers");
        return gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    /// <summary>All members called <c>cost</c> in the JSON values of a body.</summary>
    private static List<string> CostsIn(string body)
    {
        var found = new List<string>();
        foreach (var line in body.Split('\n').Select(line => line.StartsWith("data: ", StringComparison.Ordinal) ? line["data: ".Length..] : line).Where(line => line.StartsWith('{')))
            Add(JsonElement.Parse(line));
        return found;

        void Add(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in value.EnumerateArray())
                    Add(item);
            }

            if (value.ValueKind != JsonValueKind.Object)
                return;
            foreach (var member in value.EnumerateObject())
            {
                if (member.NameEquals("cost"))
                    found.Add(member.Value.GetRawText());
                Add(member.Value);
            }
        }
    }
}
