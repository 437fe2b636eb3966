using System.Net;
using System.Text;
using Xunit;

namespace Dragoman.Emulator.Tests.Api;

/// <summary>The emulator only serves this machine. It rejects foreign pages, and host names that were made to point here, on every path.</summary>
public sealed class LocalGuardTests : IAsyncLifetime
{
    private readonly RunningEmulator emulator = new();

    public static TheoryData<string, string> Paths => new()
    {
        { "GET", "/" },
        { "GET", "/health" },
        { "GET", "/__emulator/requests" },
        { "HEAD", "/__emulator/requests" },
        { "DELETE", "/__emulator/requests" },
        { "POST", "/__emulator/reset" },
        { "GET", "/__parlel/requests" },
        { "POST", "/__parlel/reset" },
        { "GET", "/v1/models" },
        { "POST", "/v1/chat/completions" },
        { "OPTIONS", "/v1/chat/completions" },
        { "POST", "/openai/v1/responses" },
        { "POST", "/azure/openai/v1/chat/completions" },
        { "POST", "/anthropic/v1/messages" },
        { "POST", "/gemini/v1beta/models/gemini-2.5-pro:generateContent" },
        { "POST", "/compat/v1/chat/completions" },
        { "GET", "/nothing" },
    };

    public Task InitializeAsync() => emulator.InitializeAsync();

    public Task DisposeAsync() => emulator.DisposeAsync();

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_foreign_host_or_origin_is_refused_and_nothing_is_kept_of_it(string method, string path)
    {
        await emulator.PostAsync("/v1/chat/completions", RunningEmulator.User("kept before"));

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(method, path, host: "evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(method, path, origin: "https://evil.example"));

        var log = await emulator.GetAsync("/__emulator/requests");
        Assert.Equal(1, log.GetProperty("count").GetInt32());
        Assert.Contains("kept before", log.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:4755")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("8.8.8.8")]
    [InlineData("[2001:db8::1]")]
    public async Task A_host_that_is_not_of_this_machine_is_refused(string host) =>
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("GET", "/health", host));

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:1234")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:80")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("emulator.local")]
    [InlineData("host.docker.internal")]
    public async Task A_local_host_is_served(string host) => Assert.Equal(HttpStatusCode.OK, await StatusAsync("GET", "/health", host));

    [Theory]
    [InlineData("null")]
    [InlineData("http://evil.example")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("http://localhost:1@evil.example")]
    [InlineData("http://localhost:80x")]
    [InlineData("chrome-extension://abc")]
    [InlineData("http://127.0.0.1.evil.example:80")]
    public async Task A_foreign_origin_is_refused(string origin) => Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("GET", "/health", origin: origin));

    [Theory]
    [InlineData("http://localhost")]
    [InlineData("https://127.0.0.1:3000")]
    [InlineData("http://0.0.0.0:1")]
    [InlineData("app://obsidian.md")]
    [InlineData("vscode-webview://abc")]
    public async Task A_local_origin_is_served(string origin) => Assert.Equal(HttpStatusCode.OK, await StatusAsync("GET", "/health", origin: origin));

    private async Task<HttpStatusCode> StatusAsync(string method, string path, string? host = null, string? origin = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
            request.Content = new StringContent(RunningEmulator.User("from elsewhere"), Encoding.UTF8, "application/json");
        if (host is not null)
            request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using var response = await emulator.Client.SendAsync(request);
        return response.StatusCode;
    }
}
