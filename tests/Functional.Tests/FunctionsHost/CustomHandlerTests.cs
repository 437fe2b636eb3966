using System.Net;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>Calls the function app as the Azure Functions host calls it (specs/functions-host.md 1).</summary>
public sealed class CustomHandlerTests : IAsyncLifetime, IDisposable
{
    private readonly ScratchDirectory directory = new();
    private DragomanProcess emulator = null!;
    private DragomanProcess functions = null!;
    private int portOfTheHost;

    public async Task InitializeAsync()
    {
        emulator = await DragomanProcess.StartAsync("emulator", directory.Path);
        portOfTheHost = FreePort.Find();
        // The host's own environment reaches the handler.
        this.functions = await DragomanProcess.StartAsync("functions", directory.Path, new Dictionary<string, string?>
        {
            ["DRAGOMAN_EMULATOR_URL"] = new Uri(emulator.Address, "v1").AbsoluteUri,
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{portOfTheHost}",
            ["ASPNETCORE_HTTP_PORTS"] = $"{portOfTheHost}",
            ["FUNCTIONS_WORKER_RUNTIME"] = "custom",
            ["WEBSITE_HOSTNAME"] = "dragoman.azurewebsites.net",
        });
    }

    public async Task DisposeAsync()
    {
        if (this.functions is not null)
            await this.functions.DisposeAsync();
        if (emulator is not null)
            await emulator.DisposeAsync();
    }

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_claim_of_other_functions_is_not_believed_here()
    {
        using var request = AsTheHostSends(Requests.OllamaChat(stream: false));
        request.Headers.Add("X-Dragoman-Functions", "available");

        using var answer = await this.functions.Client.SendAsync(request);

        Assert.False(answer.Headers.Contains("X-Accel-Redirect"));
        Assert.True((await answer.JsonAsync()).GetProperty("done").GetBoolean());
    }

    [Fact]
    public async Task The_port_is_the_one_the_host_gives_and_no_other()
    {
        var port = FreePort.Find();
        await using var functions = await DragomanProcess.StartAsync(
            "functions", directory.Path, new Dictionary<string, string?>
            {
                ["FUNCTIONS_CUSTOMHANDLER_PORT"] = $"{port}",
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{portOfTheHost}",
            });

        Assert.Equal(port, functions.Address.Port);
        Assert.False(await FreePort.AnswersAsync(portOfTheHost));
    }

    [Fact]
    public async Task What_the_host_adds_does_no_harm()
    {
        using var answer = await this.functions.Client.SendAsync(AsTheHostSends(Requests.OllamaChat(stream: false)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True((await answer.JsonAsync()).GetProperty("done").GetBoolean());
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/v1/chat/completions")]
    public async Task Alone_the_functions_answer_streams_as_they_come(string path)
    {
        var request = path == "/api/chat"
            ? Requests.OllamaChat(stream: true, "emulator/emulate-stall-3")
            : Requests.OpenAIChat(stream: true, "emulator/emulate-stall-3");

        using var answer = await this.functions.Client.SendAsync(AsTheHostSends(request), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Assert.Contains("\"content\":\"", await reader.ReadLineAsync().WaitAsync(Eventually.Deadline), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/models/mistral-small-latest")]
    [InlineData("/v1/models/emulator/mistral-small-latest")]
    [InlineData("/v1/models/emulator%2Fmistral-small-latest")]
    [InlineData("/v1/models/emulator%252Fmistral-small-latest")]
    public async Task A_model_is_found_however_the_host_encodes_its_slash(string path)
    {
        var answers = await RawHttp.ExchangeAsync(
            this.functions.Address.Port, $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{this.functions.Address.Port}\r\nConnection: close\r\n\r\n");

        var answer = Assert.Single(answers);
        Assert.Equal(200, answer.Status);
        Assert.Contains("mistral-small-latest", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_kestrels_own_default_is_read()
    {
        var request = Requests.Post(
            "/api/embed", $$"""{"model":"mistral-embed","input":["a"],"padding":"{{new string('p', 31_000_000)}}"}""");

        using var answer = await this.functions.Client.SendAsync(AsTheHostSends(request));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static HttpRequestMessage AsTheHostSends(HttpRequestMessage request)
    {
        request.Headers.Add("X-Azure-Functions-HostVersion", "4.1044.0");
        request.Headers.Add("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString());
        request.Headers.Add("x-ms-invocation-id", Guid.NewGuid().ToString());
        request.Headers.Add("X-Forwarded-For", "127.0.0.1:50000");
        request.Headers.Add("X-Forwarded-Host", "dragoman.azurewebsites.net");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("x-functions-key", "a-function-key");
        return request;
    }
}
