using System.Net;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>nginx, sidecar, functions and emulator together (design 3).</summary>
public class FullDeploymentTests(FullDeployment deployment) : IClassFixture<FullDeployment>
{
    private readonly DragomanStack stack = deployment.Stack;

    [Fact]
    public async Task A_chat_that_does_not_stream_is_handed_over_to_the_functions()
    {
        using var answer = await stack.Client.SendAsync(Requests.OllamaChat(stream: false));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = await answer.JsonAsync();
        Assert.True(body.GetProperty("done").GetBoolean());
        Assert.NotEqual("", body.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal($"{Sidecar} : {Functions}", await UpstreamAsync(answer));
    }

    [Fact]
    public async Task A_chat_that_streams_stays_with_the_sidecar()
    {
        using var answer = await stack.Client.SendAsync(Requests.OllamaChat(stream: true));

        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        Assert.True(lines.Length > 2);
        Assert.Contains("\"done\":true", lines[^1], StringComparison.Ordinal);
        Assert.Equal(Sidecar, await UpstreamAsync(answer));
    }

    [Fact]
    public async Task Both_ways_give_the_same_answer()
    {
        using var collected = await stack.Client.SendAsync(Requests.OllamaChat(stream: false));
        using var streamed = await stack.Client.SendAsync(Requests.OllamaChat(stream: true));

        var whole = (await collected.JsonAsync()).GetProperty("message").GetProperty("content").GetString();
        var pieces = (await streamed.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(whole, string.Concat(pieces));
    }

    [Fact]
    public async Task An_openai_chat_takes_the_same_ways()
    {
        using var collected = await stack.Client.SendAsync(Requests.OpenAIChat(stream: false));
        using var streamed = await stack.Client.SendAsync(Requests.OpenAIChat(stream: true));

        Assert.Equal("chat.completion", (await collected.JsonAsync()).GetProperty("object").GetString());
        Assert.EndsWith("data: [DONE]\n\n", await streamed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal($"{Sidecar} : {Functions}", await UpstreamAsync(collected));
        Assert.Equal(Sidecar, await UpstreamAsync(streamed));
    }

    [Theory]
    [InlineData("/api/tags")]
    [InlineData("//api/tags")]
    [InlineData("/api/tags/")]
    [InlineData("/api//tags")]
    [InlineData("/v1/models")]
    [InlineData("//v1/models/")]
    [InlineData("/api/version")]
    [InlineData("/api/status")]
    public async Task The_rest_is_answered_by_the_functions(string path)
    {
        using var answer = await stack.Client.GetAsync(new Uri(stack.Door.Address + path[1..]));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Functions, await UpstreamAsync(answer));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task The_root_says_that_it_runs(string method)
    {
        using var answer = await stack.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(method == "HEAD" ? "" : "Ollama is running", await answer.Content.ReadAsStringAsync());
        Assert.Equal(Functions, await UpstreamAsync(answer));
    }

    [Fact]
    public async Task A_model_counts_as_loaded_whichever_process_answers()
    {
        using var chat = await stack.Client.SendAsync(Requests.OllamaChat(stream: false, "codestral-latest"));
        Assert.Equal($"{Sidecar} : {Functions}", await UpstreamAsync(chat));

        using var answer = await stack.Client.GetAsync(new Uri("/api/ps", UriKind.Relative));

        Assert.Contains("codestral-latest:latest", (await answer.JsonAsync()).GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
        Assert.Equal(Sidecar, await UpstreamAsync(answer));
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/api/tags")]
    public async Task A_browser_page_gets_the_permission_that_Ollama_would_give(string path)
    {
        using var allowed = await AskAsync("app://obsidian.md", null);
        using var refused = await AskAsync("https://evil.example", null);
        using var misled = await AskAsync("http://evil.example", "evil.example");

        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal("app://obsidian.md", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Origin")));
        foreach (var answer in new[] { refused, misled })
        {
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }

        async Task<HttpResponseMessage> AskAsync(string origin, string? host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, path);
            request.Headers.Add("Origin", origin);
            request.Headers.Host = host;
            return await stack.Client.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_permission_stands_once_on_an_answer_that_was_handed_over()
    {
        using var request = Requests.OllamaChat(stream: false);
        request.Headers.Add("Origin", "http://localhost:3000");

        using var answer = await stack.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("http://localhost:3000", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Health_at_the_door_is_the_sidecars()
    {
        using var answer = await stack.Client.GetAsync(new Uri("/health", UriKind.Relative));

        Assert.Equal("""{"status":"ok"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal(Sidecar, await UpstreamAsync(answer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clients_request_id_comes_back(bool stream)
    {
        var id = $"client-{Guid.NewGuid():N}";
        using var request = Requests.OllamaChat(stream);
        request.Headers.Add("X-Request-Id", id);

        using var answer = await stack.Client.SendAsync(request);

        Assert.Equal(id, answer.RequestId());
    }

    [Fact]
    public async Task A_bad_request_id_is_replaced()
    {
        using var request = Requests.OllamaChat(stream: true);
        request.Headers.Add("X-Request-Id", "not a good id");

        using var answer = await stack.Client.SendAsync(request);

        Assert.Matches("^[0-9a-f]{32}$", answer.RequestId());
    }

    [Fact]
    public async Task Curls_default_content_type_is_accepted()
    {
        var (exitCode, output) = await RunningProcess.RunAsync(
            "curl", ["-sS", $"{stack.Door.Address}api/chat", "-d", """{"model":"mistral-small-latest","stream":false,"messages":[{"role":"user","content":"Hello"}]}"""]);

        Assert.Equal(0, exitCode);
        Assert.Contains("\"done\":true", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/v1/chat/completions")]
    public async Task The_first_tokens_arrive_while_the_provider_still_stalls(string path)
    {
        using var request = path == "/api/chat"
            ? Requests.OllamaChat(stream: true, "emulator/emulate-stall-3")
            : Requests.OpenAIChat(stream: true, "emulator/emulate-stall-3");

        using var answer = await stack.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync().WaitAsync(Eventually.Deadline);

        Assert.Contains("\"content\":\"", first, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_cancels_the_providers_work(bool stream)
    {
        var marker = $"marker {Guid.NewGuid():N}";
        using var request = Requests.Post(
            "/api/chat",
            $$"""{"model":"emulator/emulate-stall-3","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{marker}}"}]}""");
        using var leaving = new CancellationTokenSource();

        var answering = stack.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        await Eventually.HoldsAsync(async () => await FindAsync(marker) is not null, () => "the provider was not asked");
        if (stream)
            (await answering).Dispose();
        else
            await leaving.CancelAsync();

        await Eventually.HoldsAsync(
            async () => (await FindAsync(marker))!.Value.GetProperty("disconnected").GetBoolean(), () => "the provider was not told");
    }

    [Theory]
    [InlineData("/api/chat", "{\"error\":")]
    [InlineData("/v1/chat/completions", "{\"error\":{\"message\":")]
    [InlineData("/api/embed", "{\"error\":")]
    [InlineData("/v1/embeddings", "{\"error\":{\"message\":")]
    public async Task A_body_between_our_limit_and_nginxs_is_refused_by_the_process(string path, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[32 * 1024 * 1024 + 1]) };
        request.Headers.ExpectContinue = true;

        using var answer = await stack.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.StartsWith(expected, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotEqual("", await UpstreamAsync(answer));
        using var next = await stack.Client.SendAsync(Requests.OllamaChat(stream: true));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task The_embedded_provider_is_announced()
    {
        await Eventually.HoldsAsync(
            () => stack.Sidecar.Log.Contains("emulator", StringComparison.OrdinalIgnoreCase), () => stack.Sidecar.Log);
    }

    private string Sidecar => stack.Sidecar.Address.Authority;

    private string Functions => stack.Functions!.Address.Authority;

    private async Task<string?> UpstreamAsync(HttpResponseMessage answer) =>
        (await stack.Door.AccessLogAsync(answer.RequestId())).GetProperty("upstream").GetString();

    private async Task<JsonElement?> FindAsync(string text) =>
        (await stack.ProviderRequestsAsync())
            .Where(request => request.GetRawText().Contains(text, StringComparison.Ordinal))
            .Select(request => (JsonElement?)request)
            .FirstOrDefault();
}
