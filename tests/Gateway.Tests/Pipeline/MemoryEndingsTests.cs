using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Dragoman.Gateway.Tests.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>However a large request ends, it gives back what it took of the memory budget.</summary>
public class MemoryEndingsTests
{
    private const string Limits = """{ "requestBytes": 4000000, "memoryBytes": 100000000 }""";

    private static readonly string LongText = new('x', 500_000);

    public static TheoryData<string, bool> Paths => new()
    {
        { "/api/chat", false }, { "/api/chat", true }, { "/v1/chat/completions", false }, { "/v1/chat/completions", true },
        { "/v1/responses", false }, { "/v1/responses", true }, { "/v1/messages", false }, { "/v1/messages", true },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_good_answer(string path, bool stream)
    {
        await using var gateway = await StartAsync();
        gateway.First.Answer = http => HoldsAsync(gateway, () => AnswerAsync(http));

        var (status, _, _) = await gateway.PostAsync(path, Request(path, "m", stream));

        Assert.Equal(HttpStatusCode.OK, status);
        await GivenBackAsync(gateway);
    }

    /// <summary>The prompt is no longer needed once the answer has begun.</summary>
    [Fact]
    public async Task A_stream_that_goes_on_holds_nothing()
    {
        await using var gateway = await StartAsync();
        var end = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"));
            await end.Task;
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Finish, "[DONE]");
        };

        using var answer = await gateway.OpenAsync("/api/chat", Request("/api/chat", "m", stream: true));
        await GivenBackAsync(gateway);
        end.SetResult();

        Assert.Contains("\"done\":true", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await GivenBackAsync(gateway);
    }

    [Theory]
    [InlineData("{\"model\":\"m\",\"messages\":\"TEXT\"}", 400)]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"TEXT\"}]", 400)]
    [InlineData("{\"model\":\"unknown\",\"messages\":[{\"role\":\"user\",\"content\":\"TEXT\"}]}", 404)]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":\"data:image/png;base64,TEXT!\"}]}]}", 400)]
    public async Task A_request_that_is_refused(string body, int expected)
    {
        await using var gateway = await StartAsync();

        var (status, _, _) = await gateway.PostAsync("/v1/chat/completions", body.Replace("TEXT", LongText, StringComparison.Ordinal));

        Assert.Equal(expected, (int)status);
        await GivenBackAsync(gateway);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(400)]
    [InlineData(0)]
    public async Task A_provider_that_fails(int status)
    {
        await using var gateway = await StartAsync();
        gateway.First.Answer = http =>
        {
            if (status == 0)
                http.Abort();
            return status == 0 ? Task.CompletedTask : ScriptedUpstream.WriteAsync(http, status, "application/json", """{"error":{"message":"no"}}""");
        };

        var (answered, _, _) = await gateway.PostAsync("/api/chat", Request("/api/chat", "m", stream: false));

        Assert.NotEqual(HttpStatusCode.OK, answered);
        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task Another_targets_answer()
    {
        await using var gateway = await StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 500, "application/json", "{}");
        gateway.Second.Answer = http => HoldsAsync(gateway, () => AnswerAsync(http));

        var (status, _, _) = await gateway.PostAsync("/v1/messages", Request("/v1/messages", "both", stream: false));

        Assert.Equal(HttpStatusCode.OK, status);
        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_its_body()
    {
        await using var gateway = await StartAsync();
        using (var client = await ConnectAsync(gateway))
        {
            await SendAsync(client, "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + LongText);
            await HoldsAsync(gateway, () => Task.CompletedTask);
        }

        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task A_client_that_leaves_before_its_answer()
    {
        await using var gateway = await StartAsync();
        using var left = new CancellationTokenSource();
        gateway.First.Answer = async http =>
        {
            await left.CancelAsync();
            await gateway.First.ClientLeft.Task;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gateway.OpenAsync("/api/chat", Request("/api/chat", "m", stream: false), left.Token));

        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task A_body_without_a_length_that_is_too_large()
    {
        await using var gateway = await StartAsync();
        using var client = await ConnectAsync(gateway);
        await SendAsync(client, "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (var chunk = 0; chunk < 9; chunk++)
            await SendAsync(client, $"{LongText.Length:x}\r\n{LongText}\r\n");

        // The gateway waits a moment for the rest of the body.
        Assert.StartsWith("HTTP/1.1 413 ", await gateway.PassTimeUntilAsync(TimeSpan.FromSeconds(1), ReadAsync(client)), StringComparison.Ordinal);
        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task A_small_body_without_a_length_that_is_larger_than_a_small_limit()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(limits: """{ "requestBytes": 1000 }""");
        using var client = await ConnectAsync(gateway);
        await SendAsync(client, $"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{LongText[..1001]}\r\n0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", await ReadAsync(client), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/chat", "", "{\"error\":\"the request body came too slowly\"}")]
    [InlineData("/v1/chat/completions", "", "\"code\":\"request_timeout\"")]
    [InlineData("/v1/messages", "anthropic-version: 2023-06-01\r\n", "\"type\":\"invalid_request_error\"")]
    public async Task A_body_that_trickles(string path, string header, string expected)
    {
        await using var gateway = await StartAsync();
        using var client = await ConnectAsync(gateway);
        await SendAsync(client, $"POST {path} HTTP/1.1\r\nHost: localhost\r\n{header}Content-Length: 1000000\r\n\r\n" + LongText);
        await HoldsAsync(gateway, () => Task.CompletedTask);

        var answer = await gateway.PassTimeUntilAsync(TimeSpan.FromSeconds(10), ReadAsync(client));

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains(expected, answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        await GivenBackAsync(gateway);
    }

    /// <summary>Small requests are still served, and those that are rejected get an error in their dialect.</summary>
    [Theory]
    [InlineData("/api/chat", "too much in flight")]
    [InlineData("/v1/chat/completions", "\"code\":\"gateway_overloaded\"")]
    [InlineData("/v1/messages", "\"type\":\"overloaded_error\"")]
    public async Task A_gateway_that_is_full(string path, string expected)
    {
        await using var gateway = await StartAsync();
        gateway.First.Answer = AnswerAsync;
        using var others = new Dragoman.Pipeline.Memory.MemoryLease(gateway.Memory);
        others.Grow(gateway.Memory.Working.CeilingOf(Dragoman.Pipeline.Memory.SizeClass.Medium));
        var waiting = gateway.PostAsync(path, Request(path, "m", stream: false));
        await EventuallyAsync(() => gateway.Memory.Working.IsShort, "nobody waits");

        var (small, _, _) = await gateway.PostAsync(path, Request(path, "m", stream: false).Replace(LongText, LongText[..60_000], StringComparison.Ordinal));
        var (status, body, answer) = await gateway.PassTimeUntilAsync(TimeSpan.FromSeconds(20), waiting);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (small, status));
        Assert.Equal("5", answer.Headers.GetValues("retry-after").Single());
        Assert.Contains(expected, body, StringComparison.Ordinal);
        others.Dispose();
        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task A_message_and_what_is_kept_of_it_until_the_connection_ends()
    {
        await using var gateway = await StartAsync("openai", """{ "server": "generic" }""");
        gateway.First.Answer = AnswerAsync;
        using (var client = await MessageClient.ConnectAsync(gateway, "/v1/responses"))
        {
            await client.SendAsync($$"""{"type":"response.create","model":"m","store":false,"input":"{{LongText}}"}""");
            await client.ReceiveUntilAsync(IsLast);
            await EventuallyAsync(() => gateway.Memory.Used - gateway.Memory.Kept.Used == 0, "the message holds memory");
            Assert.InRange(gateway.Memory.Kept.Used, LongText.Length, 2 * LongText.Length);
            await client.CloseAsync();
        }

        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task A_message_that_is_cancelled_while_others_wait()
    {
        await using var gateway = await StartAsync();
        gateway.First.Answer = async _ => await gateway.First.ClientLeft.Task;
        using var client = await MessageClient.ConnectAsync(gateway, "/v1/chat/completions");
        foreach (var id in new[] { "a", "b", "c" })
            await client.SendAsync(Message(id, LongText));
        await HoldsAsync(gateway, () => Task.CompletedTask);

        foreach (var id in new[] { "b", "c", "a" })
            await client.SendAsync($$"""{"type":"cancel","request_id":"{{id}}"}""");
        foreach (var id in new[] { "a", "b", "c" })
        {
            var last = await client.ReceiveAsync();
            Assert.Equal((id, 499), (last.GetProperty("request_id").GetString(), last.GetProperty("status").GetInt32()));
        }

        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task Messages_that_wait_when_the_client_leaves()
    {
        await using var gateway = await StartAsync();
        gateway.First.Answer = async _ => await gateway.First.ClientLeft.Task;
        using (var client = await MessageClient.ConnectAsync(gateway, "/api/chat"))
        {
            foreach (var id in new[] { "a", "b", "c" })
                await client.SendAsync(Message(id, LongText));
            await client.SendAsync(Message("d", LongText)[..300_000], endOfMessage: false);
            await HoldsAsync(gateway, () => Task.CompletedTask);
            client.Socket.Abort();
        }

        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task A_message_for_which_there_is_no_memory_fails_alone()
    {
        await using var gateway = await StartAsync();
        gateway.First.Answer = AnswerAsync;
        using var client = await MessageClient.ConnectAsync(gateway, "/v1/chat/completions");
        using (var others = new Dragoman.Pipeline.Memory.MemoryLease(gateway.Memory))
        {
            others.TryReceive(gateway.Memory.Incoming.CeilingOf(Dragoman.Pipeline.Memory.SizeClass.Large));
            await client.SendAsync(Message("a", new string('x', 3_900_000)));
            var refusal = await client.ReceiveAsync();
            Assert.Equal(("a", 503), (refusal.GetProperty("request_id").GetString(), refusal.GetProperty("status").GetInt32()));
            Assert.Equal("gateway_overloaded", refusal.GetProperty("error").GetProperty("code").GetString());
            Assert.Equal("5", refusal.GetProperty("headers").GetProperty("retry-after").GetString());
        }

        await client.SendAsync(Message("b", LongText));
        Assert.Equal("chat.completion.done", (await client.ReceiveUntilAsync(IsLast))[^1].GetProperty("object").GetString());
        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task A_message_that_trickles_ends_its_connection()
    {
        await using var gateway = await StartAsync();
        using var client = await MessageClient.ConnectAsync(gateway, "/v1/chat/completions");
        await client.SendAsync(Message("a", LongText)[..400_000], endOfMessage: false);
        await HoldsAsync(gateway, () => Task.CompletedTask);

        var (status, reason) = await gateway.PassTimeUntilAsync(TimeSpan.FromSeconds(10), client.ReceiveCloseAsync());

        Assert.Equal(((int)WebSocketCloseStatus.PolicyViolation, "the message came too slowly"), (status, reason));
        await client.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        await GivenBackAsync(gateway);
    }

    [Fact]
    public async Task A_gateway_that_stops()
    {
        await using var gateway = await StartAsync();
        var arrived = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            arrived.SetResult();
            await gateway.First.ClientLeft.Task;
        };
        using var client = await MessageClient.ConnectAsync(gateway, "/v1/chat/completions");
        await client.SendAsync(Message("a", LongText));
        await client.SendAsync(Message("b", LongText));
        await arrived.Task;
        var memory = gateway.Memory;
        Assert.NotEqual(0, memory.Used);

        client.Socket.Abort();
        await gateway.StopAsync();

        await EventuallyAsync(() => memory.Used == 0, "memory is held");
    }

    [Fact]
    public async Task A_long_answer_is_counted_while_it_is_there()
    {
        await using var gateway = await StartAsync();
        var whole = ScriptedUpstream.WholeAnswer.Replace("Hello", new string('y', 3_000_000), StringComparison.Ordinal);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", whole);
        var (status, _, _) = await gateway.PostAsync("/api/chat", """{"model":"m","stream":false,"messages":[{"role":"user","content":"x"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        await GivenBackAsync(gateway);

        using var others = new Dragoman.Pipeline.Memory.MemoryLease(gateway.Memory);
        others.Grow(gateway.Memory.Working.Capacity - 1_000_000);
        var (refused, body, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"both","messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused);
        Assert.Contains("gateway_overloaded", body, StringComparison.Ordinal);
        // Another target could not do better, and its answer would have to be paid too.
        Assert.Empty(gateway.Second.Bodies);
    }

    [Fact]
    public async Task Vectors_are_counted_until_they_are_sent()
    {
        await using var gateway = await StartAsync();
        var vector = string.Join(',', Enumerable.Repeat("0.5", 4000));
        gateway.First.Answer = http =>
        {
            var texts = GatewayUnderTest.Json(ScriptedUpstream.BodyOf(http)).GetProperty("input").GetArrayLength();
            var data = string.Join(',', Enumerable.Range(0, texts).Select(index => $"{{\"index\":{index},\"embedding\":[{vector}]}}"));
            return ScriptedUpstream.WriteAsync(http, 200, "application/json", $$$"""{"data":[{{{data}}}],"usage":{"prompt_tokens":1,"total_tokens":1}}""");
        };
        var request = $$"""{"model":"vectors","input":[{{string.Join(',', Enumerable.Repeat("\"a\"", 600))}}]}""";
        var (status, _, _) = await gateway.PostAsync("/v1/embeddings", request);
        Assert.Equal(HttpStatusCode.OK, status);
        await GivenBackAsync(gateway);

        using var others = new Dragoman.Pipeline.Memory.MemoryLease(gateway.Memory);
        others.Grow(gateway.Memory.Working.Capacity - 20_000_000);
        var (refused, body, _) = await gateway.PostAsync("/v1/embeddings", request);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused);
        Assert.Contains("gateway_overloaded", body, StringComparison.Ordinal);
        others.Dispose();
        await GivenBackAsync(gateway);
    }

    private static Task<GatewayUnderTest> StartAsync(string dialect = "mistral", string options = "{}") =>
        GatewayUnderTest.StartAsync(dialect, options: options, limits: Limits);

    private static string Request(string path, string model, bool stream)
    {
        var content = path == "/v1/responses"
            ? $"\"input\":\"{LongText}\""
            : $$"""
              "max_tokens":9,"messages":[{"role":"user","content":"{{LongText}}"}]
              """;
        return $"{{\"model\":\"{model}\",\"stream\":{(stream ? "true" : "false")},{content}}}";
    }

    private static string Message(string id, string text) => $$"""{"request_id":"{{id}}","model":"m","messages":[{"role":"user","content":"{{text}}"}]}""";

    private static bool IsLast(System.Text.Json.JsonElement message) =>
        message.TryGetProperty("error", out var error) && error.ValueKind != System.Text.Json.JsonValueKind.Null
        || (message.TryGetProperty("object", out var name) && name.GetString() == "chat.completion.done")
        || (message.TryGetProperty("type", out var type) && type.GetString() is "response.completed" or "response.failed");

    private static Task AnswerAsync(HttpContext http) => GatewayUnderTest.Json(ScriptedUpstream.BodyOf(http)).TryGetProperty("stream", out var stream) && stream.GetBoolean()
        ? ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]")
        : ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);

    /// <summary>Waits until some of the budget is taken, and then continues.</summary>
    private static async Task HoldsAsync(GatewayUnderTest gateway, Func<Task> rest)
    {
        await EventuallyAsync(() => gateway.Memory.Used > 0, "nothing is held");
        await rest();
    }

    private static Task GivenBackAsync(GatewayUnderTest gateway) => EventuallyAsync(() => gateway.Memory.Used == 0, "memory is held");

    private static async Task EventuallyAsync(Func<bool> holds, string otherwise)
    {
        for (var waited = 0; !holds() && waited < 3000; waited++)
            await Task.Delay(10);
        Assert.True(holds(), otherwise);
    }

    private static async Task<TcpClient> ConnectAsync(GatewayUnderTest gateway)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Client.BaseAddress!.Port);
        return client;
    }

    private static Task SendAsync(TcpClient client, string text) => client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();

    /// <summary>The answer's head and the beginning of its body.</summary>
    private static async Task<string> ReadAsync(TcpClient client)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n{", StringComparison.Ordinal) && await client.GetStream().ReadAsync(buffer) is var count && count > 0)
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return text.ToString();
    }
}
