using System.Net;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.Load;

/// <summary>
/// No large work runs on the socket thread, whatever it has waited for before. The sidecar of these tests fails and logs
/// the place when it would happen.
/// </summary>
[Collection(LoadTests.Name)]
public class SocketThreadTests(LoadDeployment deployment)
{
    /// <summary>In the units of <see cref="LargeBodies"/>: each body has more than 64 KiB.</summary>
    private const int Much = 8000;

    private static readonly string[] EmbeddingModels =
        ["openai/text-embedding-3-small", "azure/text-embedding-3-small", "mistral/mistral-embed", "gemini/gemini-embedding-001"];

    public static TheoryData<string, string> Bodies
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (name, _, _) in LargeBodies.All)
            {
                foreach (var provider in ProviderDialect.All)
                    cases.Add(name, provider.Name);
            }

            return cases;
        }
    }

    [Fact]
    public void The_guard_knows_the_thread_by_the_name_that_the_runtime_gives_it() =>
        Assert.Contains(".NET Sockets", LoadDeployment.ThreadsOf(deployment.Sidecar).Select(thread => thread.Name));

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task No_request_is(string name, string provider)
    {
        var (_, path, write) = LargeBodies.All.Single(body => body.Name == name);
        var body = write($"{provider}/{ProviderDialect.Of(provider).Model}", Much);
        Assert.True(body.Length > 64 * 1024, $"{body.Length} bytes are not much");
        var (status, text) = await PostAsync(deployment.Sidecar, path, body);
        // The emulator's answer to the request does not matter here.
        AssertUnguarded(deployment.Sidecar);
        Assert.True(status is >= 200 and < 500 or 502, $"{status} {Short(text)}");
    }

    [Fact]
    public async Task No_embedding_is()
    {
        foreach (var (name, path, write) in LargeBodies.Embeddings)
        {
            foreach (var model in EmbeddingModels)
            {
                var (status, text) = await PostAsync(deployment.Sidecar, path, write(model, Much));
                AssertUnguarded(deployment.Sidecar);
                Assert.True(status is 200 or 400, $"{name} to {model}: {status} {Short(text)}");
            }
        }
    }

    /// <summary>The answer is streamed, collected, and checked against a schema.</summary>
    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/responses")]
    [InlineData("/v1/messages")]
    [InlineData("/api/chat")]
    public async Task No_answer_is(string path)
    {
        const string say = """{"role":"user","content":"Say much"}""";
        var members = path switch
        {
            "/v1/responses" => $"\"input\":[{say}],\"max_output_tokens\":60000",
            "/v1/messages" => $"\"messages\":[{say}],\"max_tokens\":60000",
            "/v1/chat/completions" => $"\"messages\":[{say}],\"max_tokens\":60000",
            _ => $"\"messages\":[{say}],\"options\":{{\"num_predict\":60000}}",
        };
        const string schema = """{"type":"object","properties":{"a":{"type":"string","pattern":"."} } }""";
        var format = path switch
        {
            "/v1/chat/completions" => $$$"""{{{members}}},"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{{{schema}}}}}""",
            "/api/chat" => $"{members},\"format\":{schema}",
            _ => members,
        };
        foreach (var provider in ProviderDialect.All.Where(provider => provider.Name is "mistral" or "anthropic" or "gemini"))
        {
            foreach (var stream in (string[])["true", "false"])
            {
                var (status, text) = await PostAsync(deployment.Sidecar, path, $$"""{"model":"{{provider.Name}}/emulate-tokens-60000","stream":{{stream}},{{members}} }""");
                AssertUnguarded(deployment.Sidecar);
                Assert.True(status == 200 && text.Length > 100_000, $"{provider.Name}: {status}, {text.Length} bytes: {Short(text)}");
                (status, text) = await PostAsync(deployment.Sidecar, path, $$"""{"model":"{{provider.Name}}/{{provider.Model}}","stream":{{stream}},{{format}} }""");
                AssertUnguarded(deployment.Sidecar);
                Assert.True(status == 200, $"{provider.Name}: {status} {Short(text)}");
            }
        }
    }

    /// <summary>Large messages of one conversation: with each message, the earlier ones are read again.</summary>
    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/responses")]
    [InlineData("/api/chat")]
    public async Task No_message_of_a_WebSocket_is(string path)
    {
        var dialect = SocketDialect.Of(path);
        using var client = await SocketClient.ConnectAsync(deployment.Sidecar.Address, path);
        string? previous = null;
        for (var turn = 0; turn < 3; turn++)
        {
            var message = dialect.Ask("mistral/mistral-small-latest", LargeBodies.Text(Much));
            if (previous is not null)
                message = $"{message[..^1]},\"previous_response_id\":\"{previous}\"}}";
            await client.SendAsync(message);
            var messages = await client.ReceiveUntilAsync(dialect.IsGoodEnd);
            if (path == "/v1/responses")
                previous = messages[^1].GetProperty("response").GetProperty("id").GetString();
        }

        await client.CloseAsync();
        AssertUnguarded(deployment.Sidecar);
    }

    /// <summary>The list of models arrives on the socket thread, and the request that has waited for it continues there.</summary>
    [Fact]
    public async Task No_request_is_that_has_waited_for_a_list_of_models()
    {
        var asked = new TaskCompletionSource();
        var listed = new TaskCompletionSource();
        await using var provider = await RecordingUpstream.StartAsync("slow", async http =>
        {
            if (HttpMethods.IsGet(http.Request.Method))
            {
                asked.TrySetResult();
                await listed.Task;
                await WriteAsync(http, """{"object":"list","data":[{"id":"slow-model","object":"model"}]}""");
            }
            else
            {
                await WriteAsync(http, """{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}""");
            }
        });
        await using var sidecar = await deployment.StartAsync("{}", $$"""
            "slow": { "dialect": "openai", "baseUrl": "http://{{provider.Authority}}/v1", "publish": "all", "options": { "server": "generic" } }
            """);
        var answers = Enumerable.Range(0, 8).Select(_ => PostAsync(sidecar, "/v1/chat/completions", LargeBodies.Calls("slow-model", Much))).ToList();
        await asked.Task.WaitAsync(Eventually.Deadline);
        listed.SetResult();
        foreach (var (status, text) in await Task.WhenAll(answers))
        {
            AssertUnguarded(sidecar);
            Assert.True(status == 200, $"{status} {text}");
        }
    }

    /// <summary>The provider's error arrives on the socket thread, and the conversation is shortened and written again.</summary>
    [Fact]
    public async Task No_conversation_is_that_was_too_long()
    {
        var refused = 0;
        await using var provider = await RecordingUpstream.StartAsync("short", async http =>
        {
            if (HttpMethods.IsGet(http.Request.Method))
            {
                await WriteAsync(http, """{"object":"list","data":[]}""");
            }
            else if (Interlocked.Increment(ref refused) <= 2)
            {
                http.Response.StatusCode = 400;
                await WriteAsync(http, """{"error":{"message":"too long","code":"context_length_exceeded"}}""");
            }
            else
            {
                await WriteAsync(http, """{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}""");
            }
        });
        await using var sidecar = await deployment.StartAsync("{}", $$"""
            "short": { "dialect": "openai", "baseUrl": "http://{{provider.Authority}}/v1", "options": { "server": "generic" } }
            """);
        var turns = LargeBodies.Repeat(Much, index => $$"""{"role":"{{(index % 2 == 0 ? "user" : "assistant")}}","content":"turn {{index}}"}""");
        var (status, text) = await PostAsync(sidecar, "/api/chat", $$"""{"model":"short/any","stream":false,"messages":[{{turns}},{"role":"user","content":"so?"}]}""");
        AssertUnguarded(sidecar);
        Assert.True(status == 200, $"{status} {text}");
        Assert.Equal(3, refused);
    }

    /// <summary>A request for which the gateway's own work takes too long is rejected in its dialect.</summary>
    [Fact]
    public async Task A_request_that_takes_too_long_is_refused()
    {
        await using var sidecar = await deployment.StartAsync("""{ "workSeconds": 0.001 }""");
        foreach (var (name, path) in ((string, string)[])[("options", "ollama-chat"), ("calls", "openai-chat"), ("items", "openai-responses"), ("tool_use", "anthropic-messages")])
        {
            var client = ClientDialect.Of(path);
            var (status, text) = await PostAsync(sidecar, client.Path, LargeBodies.All.Single(body => body.Name == name).Body("mistral/mistral-small-latest", 50_000));
            var verdict = client.Judge(new ClientAnswer(status, "", text), stream: false);
            Assert.Equal((name, 413), (name, status));
            Assert.Contains("0.001 seconds of work", verdict.Message, StringComparison.Ordinal);
            Assert.True(verdict.Code is null or "request_too_complex", text);
        }

        // Other requests are not affected.
        using var answer = await sidecar.Client.SendAsync(Requests.OpenAIChat(stream: false, "mistral/mistral-small-latest"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task WriteAsync(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(json);
    }

    /// <summary>The sidecar's log names the place of large work on the socket thread.</summary>
    private static void AssertUnguarded(DragomanProcess sidecar)
    {
        var lines = sidecar.Lines.SkipWhile(line => !line.Contains("on the socket thread", StringComparison.Ordinal)).Take(25).ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }

    private static async Task<(int Status, string Text)> PostAsync(DragomanProcess sidecar, string path, string json)
    {
        using var request = Requests.Post(path, json);
        request.Headers.Add("anthropic-version", "2023-06-01");
        using var answer = await sidecar.Client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string Short(string text) => text.Length <= 500 ? text : text[..500];
}
