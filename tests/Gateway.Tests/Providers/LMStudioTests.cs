using System.Net;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Providers;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Providers;

public sealed class LMStudioTests
{
    private const string Request = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";
    private const string Streaming = """{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}""";
    private const string NoModels = "No models loaded. Please load a model in the developer page or use the 'lms load' command.";

    /// <summary>A scripted LM Studio with one model, which is not loaded.</summary>
    private sealed class Studio(ScriptedUpstream upstream)
    {
        private volatile bool isLoaded;

        public List<string> Paths { get; } = [];

        public Func<HttpContext, Task> Refuse { get; set; } = http => ErrorAsync(http, 404, $$$"""{"error":{"message":"{{{NoModels}}}","type":"invalid_request_error","param":"model","code":"model_not_found"}}""");

        /// <summary>Answers a request to load the model. Returns whether the model is loaded afterwards.</summary>
        public Func<HttpContext, Task<bool>> Load { get; set; } = async http =>
        {
            await ErrorAsync(http, 200, """{"type":"llm","instance_id":"upstream-m","status":"loaded"}""");
            return true;
        };

        public static Task ErrorAsync(HttpContext http, int status, string body) => ScriptedUpstream.WriteAsync(http, status, "application/json", body);

        public Studio Open()
        {
            upstream.Answer = async http =>
            {
                lock (Paths)
                    Paths.Add(http.Request.Path);
                if (http.Request.Path == "/api/v1/models/load")
                    isLoaded |= await Load(http);
                else if (!isLoaded)
                    await Refuse(http);
                else if (upstream.Bodies[^1].Contains("\"stream\":true", StringComparison.Ordinal))
                    await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]");
                else
                    await ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
            };
            return this;
        }
    }

    private static Task<GatewayUnderTest> StartAsync() => GatewayUnderTest.StartAsync("openai", options: """{ "server": "lmstudio" }""");

    [Theory]
    [InlineData(NoModels, true)]
    [InlineData("Model is unloaded.", true)]
    [InlineData("Model unloaded", true)]
    [InlineData("Error: Model not loaded", true)]
    [InlineData("Failed to load model \"x\". Error: model not loaded, out of memory", false)]
    [InlineData("The model x does not exist", false)]
    public void Only_a_model_that_was_put_away_can_be_woken(string message, bool isPutAway) =>
        Assert.Equal(isPutAway, LMStudioModels.IsPutAway(new GatewayError(ErrorKind.InvalidRequest, Wording.Verbatim(message))));

    [Theory]
    [InlineData("/v1/chat/completions", Request)]
    [InlineData("/v1/chat/completions", Streaming)]
    [InlineData("/api/chat", Request)]
    public async Task A_model_that_was_put_away_is_loaded_and_asked_again(string path, string request)
    {
        await using var gateway = await StartAsync();
        var studio = new Studio(gateway.First).Open();
        var (status, body, _) = await gateway.PostAsync(path, request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Hello", body, StringComparison.Ordinal);
        Assert.Equal(["/v1/chat/completions", "/api/v1/models/load", "/v1/chat/completions"], studio.Paths);
        Assert.Equal("""{"model":"upstream-m"}""", gateway.First.Bodies[1]);
        Assert.Equal(gateway.First.Bodies[0], gateway.First.Bodies[2]);
    }

    [Theory]
    [InlineData("""{"error":"Model is unloaded."}""")]
    [InlineData("""{"error":{"message":"Model unloaded"},"message":"Model unloaded"}""")]
    public async Task An_error_event_at_the_start_of_a_stream_wakes_it_too(string data)
    {
        await using var gateway = await StartAsync();
        var studio = new Studio(gateway.First) { Refuse = http => ScriptedUpstream.WriteAsync(http, 200, "text/event-stream", $"event: error\ndata: {data}\n\n") }.Open();
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Streaming);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Hello", body, StringComparison.Ordinal);
        Assert.Equal(["/v1/chat/completions", "/api/v1/models/load", "/v1/chat/completions"], studio.Paths);
    }

    [Fact]
    public async Task Embeddings_wake_their_model_too()
    {
        await using var gateway = await StartAsync();
        gateway.First.Answer = http => http.Request.Path == "/api/v1/models/load"
            ? Studio.ErrorAsync(http, 200, "{}")
            : gateway.First.Bodies.Count < 2
                ? Studio.ErrorAsync(http, 400, """{"error":"Model unloaded."}""")
                : Studio.ErrorAsync(http, 200, """{"data":[{"index":0,"embedding":[1,0]}]}""");
        var (status, _, _) = await gateway.PostAsync("/v1/embeddings", """{"model":"vectors","input":"a"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"model":"upstream-e"}""", gateway.First.Bodies[1]);
    }

    [Theory]
    [InlineData(404, """{"error":"Not Found"}""")]
    [InlineData(200, """{"error":"Unexpected endpoint or method. (POST /api/v1/models/load). Returning 200 anyway"}""")]
    public async Task An_older_LM_Studio_is_woken_by_a_chat_of_one_token(int status, string body)
    {
        await using var gateway = await StartAsync();
        var studio = new Studio(gateway.First);
        studio.Load = async http =>
        {
            await Studio.ErrorAsync(http, status, body);
            // The next chat request loads the model.
            return true;
        };
        studio.Open();
        var (answer, _, _) = await gateway.PostAsync("/v1/chat/completions", Request);
        Assert.Equal(HttpStatusCode.OK, answer);
        Assert.Equal(["/v1/chat/completions", "/api/v1/models/load", "/v1/chat/completions", "/v1/chat/completions"], studio.Paths);
        Assert.Equal("""{"model":"upstream-m","messages":[{"role":"user","content":"hi"}],"max_tokens":1}""", gateway.First.Bodies[2]);
    }

    [Fact]
    public async Task A_model_that_stays_away_is_asked_only_once_more()
    {
        await using var gateway = await StartAsync();
        var studio = new Studio(gateway.First)
        {
            Load = async http =>
            {
                await Studio.ErrorAsync(http, 200, "{}");
                return false;
            },
        }.Open();
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Request);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("No models loaded", body, StringComparison.Ordinal);
        Assert.Equal(3, studio.Paths.Count);
    }

    [Fact]
    public async Task A_model_that_fails_to_load_is_told_as_it_is()
    {
        await using var gateway = await StartAsync();
        var studio = new Studio(gateway.First)
        {
            Load = async http =>
            {
                await Studio.ErrorAsync(http, 500, """{"error":{"message":"Failed to load model: out of memory"}}""");
                return false;
            },
        }.Open();
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Request);
        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Contains("Failed to load model: out of memory", body, StringComparison.Ordinal);
        Assert.Equal(["/v1/chat/completions", "/api/v1/models/load"], studio.Paths);
    }

    [Fact]
    public async Task Requests_at_the_same_time_share_one_load()
    {
        var sent = new List<string>();
        var release = new TaskCompletionSource();
        var models = new LMStudioModels(new Uri("http://127.0.0.1:1234/v1/"), TimeSpan.FromSeconds(300), new ManualTimeProvider(), async (request, cancellation) =>
        {
            var body = await request.Content!.ReadAsStringAsync(cancellation);
            lock (sent)
                sent.Add($"{request.RequestUri} {body}");
            await release.Task;
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") };
        });
        using var impatient = new CancellationTokenSource();
        var left = models.LoadAsync("a", impatient.Token);
        Task[] waiting = [models.LoadAsync("a", CancellationToken.None), models.LoadAsync("a", CancellationToken.None), models.LoadAsync("b", CancellationToken.None)];
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        release.SetResult();
        await Task.WhenAll(waiting);
        Assert.Equal(
            ["http://127.0.0.1:1234/api/v1/models/load {\"model\":\"a\"}", "http://127.0.0.1:1234/api/v1/models/load {\"model\":\"b\"}"],
            sent.Order(StringComparer.Ordinal));

        // When the server has unloaded the model again, it is loaded again.
        await models.LoadAsync("a", CancellationToken.None);
        Assert.Equal(3, sent.Count);
    }

    [Fact]
    public async Task A_load_that_takes_too_long_is_given_up()
    {
        await using var gateway = await StartAsync();
        var loading = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        new Studio(gateway.First)
        {
            Load = async http =>
            {
                loading.SetResult();
                await release.Task;
                return false;
            },
        }.Open();
        var answer = gateway.PostAsync("/v1/chat/completions", Request);
        await loading.Task;
        gateway.Clock.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await answer).Status);
        release.SetResult();
    }

    [Fact]
    public async Task Other_servers_are_not_sent_to_such_a_place()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        var studio = new Studio(gateway.First).Open();
        var (status, _, _) = await gateway.PostAsync("/v1/chat/completions", Request);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal(["/v1/chat/completions"], studio.Paths);
    }
}
