using System.Net;
using System.Text;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Hosting;
using Dragoman.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>The gateway in front of a provider of every kind. All are at one listener, each with a separate key and base path.</summary>
internal sealed class ManyProviders : IAsyncDisposable
{
    /// <summary>A configured provider.</summary>
    /// <param name="Name">Its name, which is also the first segment of its base path.</param>
    /// <param name="Dialect">The dialect's name in the configuration.</param>
    /// <param name="Path">The path of the base URL below the name.</param>
    /// <param name="Options">The options as JSON.</param>
    /// <param name="KeyHeader">The header with the key.</param>
    public sealed record Kind(string Name, string Dialect, string Path, string Options, string KeyHeader)
    {
        /// <summary>A recognizable key. No key contains another.</summary>
        public string Key => $"sentinel-{Name}-Zx9/Qw7-{Name.Length}";

        /// <summary>The absolute paths that its requests must be below.</summary>
        public IReadOnlyList<string> Roots => Name switch
        {
            "lmstudio" => [$"/{Name}{Path}/", $"/{Name}/api/v1/models/load"],
            // Azure's older endpoint is at the root of its host.
            "deployments" => ["/openai/deployments/", "/openai/v1/"],
            _ => [$"/{Name}{Path}/"],
        };
    }

    public static readonly IReadOnlyList<Kind> Kinds =
    [
        new("generic", "openai", "/v1", "{}", "Authorization"),
        new("responses", "openai", "/v1", """{ "server": "openai" }""", "Authorization"),
        new("lmstudio", "openai", "/v1", """{ "server": "lmstudio" }""", "Authorization"),
        new("mistral", "mistral", "/v1", "{}", "Authorization"),
        new("anthropic", "anthropic", "/v1", "{}", "x-api-key"),
        new("gemini", "gemini", "/v1beta", "{}", "x-goog-api-key"),
        new("azure", "azure-openai", "/openai/v1", """{ "deployments": false }""", "api-key"),
        new("deployments", "azure-openai", "", "{}", "api-key"),
    ];

    private readonly WebApplication app;
    private readonly IAsyncDisposable upstream;
    private readonly LogRecorder log = new();

    private ManyProviders(WebApplication app, IAsyncDisposable upstream)
    {
        this.app = app;
        this.upstream = upstream;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
    }

    public HttpClient Client { get; }

    /// <summary>Everything that was logged so far, including exceptions.</summary>
    public string Log => log.Text;

    public static async Task<ManyProviders> StartAsync(Func<HttpContext, Task> answer)
    {
        var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = answer;
        return await StartAsync(new Uri(upstream.BaseUrl).GetLeftPart(UriPartial.Authority), upstream);
    }

    /// <param name="origin">The origin of all providers.</param>
    /// <param name="upstream">Disposed with this object.</param>
    public static async Task<ManyProviders> StartAsync(string origin, IAsyncDisposable upstream)
    {
        var providers = Kinds.Select(kind =>
            $$"""{{JsonSerializer.Serialize(kind.Name)}}: { "dialect": "{{kind.Dialect}}", "baseUrl": "{{origin}}/{{kind.Name}}{{kind.Path}}", "apiKey": "{{kind.Key}}", "options": {{kind.Options}} }""");
        var configuration = ConfigurationReader.Read($$"""{ "providers": { {{string.Join(',', providers)}} } }""", "test", new Dictionary<string, string>());
        var clock = new ManualTimeProvider();
        var app = GatewayHost.Build(new GatewaySnapshot(configuration, clock), clock, IPAddress.Loopback, 0, handsOver: true);
        await app.StartAsync();
        return new ManyProviders(app, upstream);
    }

    /// <summary>The request's target as received.</summary>
    public static string TargetOf(HttpContext http) => http.Features.Get<IHttpRequestFeature>()!.RawTarget;

    /// <summary>The provider whose key a request holds. Null when it holds none.</summary>
    public static Kind? OwnerOf(HttpContext http) => Kinds.SingleOrDefault(kind => http.Request.Headers[kind.KeyHeader].ToString() is { Length: > 0 } shown && shown.EndsWith(kind.Key, StringComparison.Ordinal));

    public async Task<(int Status, string Head, string Body)> SendAsync(ClientRoute route, string model, bool streams = false)
    {
        using var request = route.Request(model, streams);
        using var response = await Client.SendAsync(request);
        var body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
        return ((int)response.StatusCode, response.Headers.ToString() + response.Content.Headers, body);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await upstream.DisposeAsync();
        await app.DisposeAsync();
    }

    private sealed class LogRecorder : ILoggerProvider, ILogger
    {
        private readonly StringBuilder lines = new();

        public string Text
        {
            get
            {
                lock (lines)
                    return lines.ToString();
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
                lines.Append(formatter(state, exception)).Append(' ').Append(exception).Append('\n');
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>A route on which a client names a model.</summary>
/// <param name="Path">The path, with <c>{model}</c> for a name in it.</param>
/// <param name="Body">The smallest body, with <c>MODEL</c> for the name. Null for a GET.</param>
/// <param name="CanStream">Whether it supports <c>stream</c>.</param>
internal sealed record ClientRoute(string Path, string? Body, bool CanStream)
{
    private const string Messages = """ "messages":[{"role":"user","content":"hi"}] """;

    /// <summary>The routes that reach a provider.</summary>
    public static readonly IReadOnlyList<ClientRoute> All =
    [
        new("/api/chat", $$"""{"model":MODEL,{{Messages}},STREAM}""", true),
        new("/api/generate", """{"model":MODEL,"prompt":"hi",STREAM}""", true),
        new("/v1/chat/completions", $$"""{"model":MODEL,{{Messages}},STREAM}""", true),
        new("/v1/completions", """{"model":MODEL,"prompt":"hi",STREAM}""", true),
        new("/v1/responses", """{"model":MODEL,"input":"hi",STREAM}""", true),
        new("/v1/messages", $$"""{"model":MODEL,"max_tokens":9,{{Messages}},STREAM}""", true),
        new("/v1/messages/count_tokens", $$"""{"model":MODEL,{{Messages}}}""", false),
        new("/v1/responses/input_tokens", """{"model":MODEL,"input":"hi"}""", false),
        new("/v1/embeddings", """{"model":MODEL,"input":"hi"}""", false),
        new("/api/embed", """{"model":MODEL,"input":"hi"}""", false),
        new("/api/embeddings", """{"model":MODEL,"prompt":"hi"}""", false),
    ];

    /// <summary>The routes that only look up the name.</summary>
    public static readonly IReadOnlyList<ClientRoute> Lookups =
    [
        new("/v1/models/{model}", null, false),
        new("/v1/models", null, false),
        new("/api/show", """{"model":MODEL}""", false),
        new("/api/pull", """{"model":MODEL}""", false),
    ];

    public HttpRequestMessage Request(string model, bool streams)
    {
        var path = Path.Replace("{model}", Uri.EscapeDataString(model), StringComparison.Ordinal);
        if (Body is null)
            return new HttpRequestMessage(HttpMethod.Get, path);
        var body = Body.Replace("MODEL", JsonSerializer.Serialize(model), StringComparison.Ordinal).Replace("STREAM", streams ? "\"stream\":true" : "\"stream\":false", StringComparison.Ordinal);
        return new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
    }

    public override string ToString() => Path;
}
