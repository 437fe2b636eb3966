using System.Net;
using System.Text;
using System.Text.Json;
using Dragoman.Access;
using Dragoman.Administration;
using Dragoman.Configuration;
using Dragoman.Hosting;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Memory;
using Dragoman.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dragoman.Gateway.Tests;

/// <summary>The gateway on a free loopback port, in front of two scripted providers.</summary>
public sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly WebApplication app;

    private GatewayUnderTest(WebApplication app, ScriptedUpstream first, ScriptedUpstream second, ManualTimeProvider clock)
    {
        this.app = app;
        First = first;
        Second = second;
        Clock = clock;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    /// <summary>The provider of the models <c>m</c> (alone) and <c>both</c> (first).</summary>
    public ScriptedUpstream First { get; }

    /// <summary>The provider of the models <c>second</c> (alone) and <c>both</c> (second).</summary>
    public ScriptedUpstream Second { get; }

    public ManualTimeProvider Clock { get; }

    /// <summary>Is told about new versions of secrets.</summary>
    internal IVaultListener VaultListener
    {
        set => app.Services.GetRequiredService<GatewayRuntime>().VaultListener = value;
    }

    /// <summary>The memory budget of the gateway's process.</summary>
    public MemoryBudget Memory => app.Services.GetRequiredService<GatewayRuntime>().Memory;

    /// <summary>The administration of the gateway's process.</summary>
    internal AdminApi? Administration
    {
        set => app.Services.GetRequiredService<GatewayRuntime>().Administration = value;
    }

    public HttpClient Client { get; }

    /// <param name="dialect">The dialect of both providers.</param>
    /// <param name="handsOver">Whether requests may be handed over to the functions, as in the sidecar.</param>
    /// <param name="options">The options of both providers, as JSON.</param>
    /// <param name="embeddingContext">The context length of the model <c>vectors</c>, in tokens.</param>
    /// <param name="access">The configuration's <c>access</c>, as JSON.</param>
    /// <param name="publish">The first provider's <c>publish</c> in the configuration.</param>
    /// <param name="httpVersion">The only HTTP version that both providers support.</param>
    /// <param name="upstreamModel">The first provider's name of the model <c>m</c>.</param>
    /// <param name="limits">The configuration's <c>limits</c>, as JSON.</param>
    /// <param name="policy">The access policy. Null for what <paramref name="access"/> says.</param>
    /// <param name="store">The configuration's <c>store</c>, as JSON.</param>
    /// <param name="timeouts">The first provider's <c>timeouts</c>, as JSON.</param>
    /// <param name="answers">The configuration's <c>answers</c>, as JSON.</param>
    /// <param name="price">The members of the <c>price</c> of the models <c>m</c>, <c>both</c> and <c>vectors</c>, as JSON. Without it, it is not known.</param>
    /// <param name="keyVault">The configuration's <c>keyVault</c>, as JSON. Without it, there is none.</param>
    public static async Task<GatewayUnderTest> StartAsync(
        string dialect = "mistral",
        bool handsOver = true,
        string options = "{}",
        int embeddingContext = 8192,
        string access = "{}",
        string publish = "none",
        string upstreamModel = "upstream-m",
        string httpVersion = "1.1",
        string limits = """{ "requestBytes": 100000 }""",
        IAccessPolicy? policy = null,
        string store = "{}",
        string timeouts = "{}",
        string answers = "{}",
        string price = "",
        string keyVault = "")
    {
        var protocols = httpVersion == "2" ? HttpProtocols.Http2 : HttpProtocols.Http1;
        var first = await ScriptedUpstream.StartAsync(protocols);
        var second = await ScriptedUpstream.StartAsync(protocols);
        var clock = new ManualTimeProvider();
        var priced = price.Length == 0 ? "" : $", \"price\": {{ {price} }}";
        var configuration = ConfigurationReader.Read(
            $$"""
            {
              "providers": {
                "one": { "dialect": "{{dialect}}", "baseUrl": "{{first.BaseUrl}}", "apiKey": "sentinel-secret", "publish": "{{publish}}", "httpVersion": "{{httpVersion}}", "options": {{options}}, "timeouts": {{timeouts}} },
                "two": { "dialect": "{{dialect}}", "baseUrl": "{{second.BaseUrl}}", "httpVersion": "{{httpVersion}}", "options": {{options}} }
              },
              "models": {
                "m": { "provider": "one", "model": "{{upstreamModel}}"{{priced}} },
                "second": { "provider": "two", "model": "upstream-second" },
                "both": { "targets": [ { "provider": "one", "model": "upstream-m" }, { "provider": "two", "model": "upstream-second" } ]{{priced}} },
                "chat-only": { "provider": "one", "model": "upstream-c", "capabilities": ["completion"] },
                "vectors": { "provider": "one", "model": "upstream-e", "capabilities": ["embedding"], "contextLength": {{embeddingContext}}{{priced}} }
              },
              "access": {{access}},
              "store": {{store}},
              "limits": {{limits}},
              "answers": {{answers}}{{(keyVault.Length == 0 ? "" : $", \"keyVault\": {keyVault}")}}
            }
            """,
            "test",
            new Dictionary<string, string>());
        var app = GatewayHost.Build(new GatewaySnapshot(configuration, clock), clock, IPAddress.Loopback, 0, handsOver, policy);
        await app.StartAsync();
        return new GatewayUnderTest(app, first, second, clock);
    }

    /// <summary>Captures the lines that a category logs from now on.</summary>
    public CapturedLog CaptureLog(string category)
    {
        var log = new CapturedLog(category);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        return log;
    }

    /// <summary>Posts a body with another content type than JSON's, as curl would.</summary>
    public async Task<(HttpStatusCode Status, string Body, HttpResponseMessage Response)> PostAsync(string path, string body)
    {
        var response = await Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    /// <summary>Sends a request and returns as soon as the answer's headers have arrived.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, string body, CancellationToken cancellation = default) => Client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) },
        HttpCompletionOption.ResponseHeadersRead,
        cancellation);

    /// <summary>Stops the gateway as SIGTERM would.</summary>
    public Task StopAsync() => app.StopAsync();

    /// <summary>Advances the clock step by step until the task has completed. What the task waits for may begin only after a step.</summary>
    public async Task<T> PassTimeUntilAsync<T>(TimeSpan step, Task<T> happened)
    {
        while (!happened.IsCompleted)
        {
            Clock.Advance(step);
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(500)));
        }

        return await happened;
    }

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        // The upstreams are disposed first, because the gateway would wait for an answer that a test left open.
        await First.DisposeAsync();
        await Second.DisposeAsync();
        // It tells the store what it has settled and gives back what it has leased, at the pace of its clock.
        await Clock.PassUntilAsync(app.DisposeAsync().AsTask());
    }
}
