using System.Net;
using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Gateway.Tests.Secrets;
using Dragoman.Hosting;
using Dragoman.Pipeline;
using Dragoman.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dragoman.Gateway.Tests.Endpoints;

/// <summary>The functions with a key that nginx signs with, in a vault.</summary>
public sealed class FrontGuardTests : IAsyncLifetime, IDisposable
{
    private const string Old = "the-front-key-before-its-rotation-0123";
    private const string New = "the-front-key-after-its-rotation-45678";
    private const string Other = "the-front-key-of-another-deployment-90";

    private const string TwoKeys = """{ "frontKey": "keyvault:front", "earlierFrontKey": "keyvault:earlier" }""";

    private readonly ManualTimeProvider clock = new();
    private readonly CapturedLog log = new("Dragoman.Endpoints.Gateway");
    private readonly ScriptedReader front;
    private readonly ScriptedReader earlier;
    private readonly List<WebApplication> apps = [];

    public FrontGuardTests() => (front, earlier) = (new(clock, Old), new(clock, Other));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var app in apps)
            await clock.PassUntilAsync(app.DisposeAsync().AsTask());
    }

    public void Dispose() => log.Dispose();

    [Theory]
    [InlineData("GET", "/api/tags", "\"error\":\"Requests to this address")]
    [InlineData("GET", "/", "\"error\":\"Requests to this address")]
    [InlineData("POST", "/api/chat", "\"error\":\"Requests to this address")]
    [InlineData("GET", "/v1/models", "\"error\":{\"message\":\"Requests to this address")]
    [InlineData("POST", "/v1/chat/completions", "\"error\":{\"message\":\"Requests to this address")]
    [InlineData("POST", "/v1/messages", "\"type\":\"permission_error\"")]
    [InlineData("GET", "/dragoman/whoami", "\"status\":403")]
    [InlineData("GET", "/nowhere", "\"error\":\"Requests to this address")]
    [InlineData("DELETE", "/api/tags", "\"error\":\"Requests to this address")]
    public async Task Without_a_signature_nothing_is_answered_and_the_error_is_the_clients_own(string method, string path, string part)
    {
        using var client = await StartAsync();
        var answer = await SendAsync(client, method, path, null);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains(part, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(
            $"Warning refused {answer.Headers.GetValues(RequestId.Header).Single()}: {method} {path} has no signature; /access/frontKey admits only requests that nginx has signed with DRAGOMAN_FRONT_KEY",
            await log.NextAsync());
    }

    [Fact]
    public async Task A_page_of_a_browser_gets_no_permission_either()
    {
        using var client = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/tags");
        request.Headers.Add("Origin", "http://localhost");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/ready")]
    public async Task Probes_need_no_signature(string path)
    {
        using var client = await StartAsync();
        Assert.NotEqual(HttpStatusCode.Forbidden, (await SendAsync(client, "GET", path, null)).StatusCode);
        Assert.Equal(0, front.Reads);
    }

    [Fact]
    public async Task The_sidecar_and_functions_without_a_key_answer_everybody()
    {
        using var sidecar = await StartAsync(handsOver: true);
        using var open = await StartAsync(access: "{}");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(sidecar, "GET", "/api/version", null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(open, "GET", "/api/version", "anything")).StatusCode);
        Assert.Equal(0, front.Reads);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(120, "")]
    [InlineData(-30, "")]
    [InlineData(121, "has a signature of 121 s ago, and 120 s are allowed; if nginx has just sent it, compare the clocks")]
    [InlineData(-31, "has a signature of 31 s ahead, and 30 s are allowed; compare the clocks")]
    public async Task A_signature_counts_for_a_short_time(int age, string fault)
    {
        using var client = await StartAsync();
        var answer = await SendAsync(client, "GET", "/api/version", FrontSignature.Make(Old, clock.GetUtcNow().AddSeconds(-age), "GET", "/api/version"));
        Assert.Equal(fault.Length == 0 ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
        if (fault.Length > 0)
            Assert.Contains($"GET /api/version {fault};", await log.NextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/api/version", Old)]
    [InlineData("GET", "/api/tags", Old)]
    [InlineData("GET", "/api/version", Other)]
    public async Task A_signature_for_something_else_is_refused_and_not_shown(string method, string path, string key)
    {
        using var client = await StartAsync();
        var signature = FrontSignature.Make(key, clock.GetUtcNow(), method, path);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(client, "GET", "/api/version", signature)).StatusCode);
        var line = await log.NextAsync();
        Assert.Contains("has a signature of another key, method or path", line, StringComparison.Ordinal);
        Assert.DoesNotContain(signature[^64..], line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_signatures_are_none()
    {
        using var client = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        var signature = FrontSignature.Make(Old, clock.GetUtcNow(), "GET", "/api/version");
        request.Headers.TryAddWithoutValidation(FrontSignature.Header, [signature, signature]);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(request)).StatusCode);
        Assert.Contains("has a malformed signature", await log.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_the_Functions_host_has_encoded_once_more_is_the_same()
    {
        using var client = await StartAsync();
        var answer = await SendAsync(client, "GET", "/v1/models/a%252Fb?x=1", FrontSignature.Make(Old, clock.GetUtcNow(), "GET", "/v1/models/a%2Fb"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task When_nginx_gets_a_new_key_first_the_vault_is_asked_at_once()
    {
        using var client = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await SignedAsync(client, Old));
        front.Answer = _ => Task.FromResult(New);
        Assert.Equal(HttpStatusCode.OK, await SignedAsync(client, New));
        Assert.Equal(2, front.Reads);
        // Other replicas of nginx may have the old one for a while.
        Assert.Equal(HttpStatusCode.OK, await SignedAsync(client, Old));
        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.OK, await SignedAsync(client, Old));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Forbidden, await SignedAsync(client, Old));
        Assert.Equal(HttpStatusCode.OK, await SignedAsync(client, New));
    }

    [Fact]
    public async Task Wrong_signatures_ask_the_vault_once_in_five_seconds()
    {
        using var client = await StartAsync();
        for (var count = 0; count < 20; count++)
            Assert.Equal(HttpStatusCode.Forbidden, await SignedAsync(client, Other));
        Assert.Equal(2, front.Reads);
    }

    [Fact]
    public async Task An_earlier_key_counts_as_long_as_it_is_configured()
    {
        using var client = await StartAsync(access: TwoKeys);
        Assert.Equal(HttpStatusCode.OK, await SignedAsync(client, Old));
        Assert.Equal(0, earlier.Reads);
        Assert.Equal(HttpStatusCode.OK, await SignedAsync(client, Other));
        Assert.Equal(HttpStatusCode.Forbidden, await SignedAsync(client, New));
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("short", "keyvault:front is shorter than 32 characters, so that it could be guessed")]
    public async Task Without_a_usable_key_nothing_is_answered_and_the_log_says_why(string? key, string reason)
    {
        front.Answer = _ => key is null ? throw new SecretException("keyvault:front does not exist", SecretFault.Missing) : Task.FromResult(key);
        using var client = await StartAsync();
        var answer = await SendAsync(client, "GET", "/v1/models", FrontSignature.Make(key ?? Old, clock.GetUtcNow(), "GET", "/v1/models"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.DoesNotContain("vault", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(reason, await log.NextAsync(), StringComparison.Ordinal);
    }

    private async Task<HttpClient> StartAsync(bool handsOver = false, string access = """{ "frontKey": "keyvault:front" }""")
    {
        var configuration = ConfigurationReader.Read(
            $$"""{ "providers": { "p": { "dialect": "openai", "baseUrl": "http://127.0.0.1:9/v1" } }, "access": {{access}}, "keyVault": { "uri": "https://name.vault.azure.net" } }""",
            "test",
            new Dictionary<string, string>());
        var secrets = new SecretStore(clock, reference => reference.Name == "front" ? front : earlier);
        var app = GatewayHost.Build(new GatewaySnapshot(configuration, clock, secrets: secrets), clock, IPAddress.Loopback, 0, handsOver);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        await app.StartAsync();
        apps.Add(app);
        return new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    private async Task<HttpStatusCode> SignedAsync(HttpClient client, string key) =>
        (await SendAsync(client, "GET", "/api/version", FrontSignature.Make(key, clock.GetUtcNow(), "GET", "/api/version"))).StatusCode;

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, string? signature)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (signature is not null)
            request.Headers.TryAddWithoutValidation(FrontSignature.Header, signature);
        return await client.SendAsync(request);
    }
}
