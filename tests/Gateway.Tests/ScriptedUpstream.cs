using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dragoman.Gateway.Tests;

/// <summary>A provider on a free loopback port that answers as a test specifies.</summary>
public sealed class ScriptedUpstream : IAsyncDisposable
{
    private static readonly object BodyItem = new();

    private readonly WebApplication app;

    private ScriptedUpstream(WebApplication app) => this.app = app;

    public string BaseUrl => app.Urls.First() + "/v1";

    /// <summary>The bodies of the received requests, in order.</summary>
    public List<string> Bodies { get; } = [];

    /// <summary>The paths and queries of the received requests, in order.</summary>
    public List<string> Paths { get; } = [];

    /// <summary>The body of one request, for tests in which several arrive at once.</summary>
    public static string BodyOf(HttpContext http) => (string)http.Items[BodyItem]!;

    /// <summary>Answers a request, whose body has already been read.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = http => WriteAsync(http, 200, "application/json", "{}");

    /// <summary>Completes when a client disconnects before its answer is complete.</summary>
    public TaskCompletionSource ClientLeft { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="protocols">The supported protocols. If HTTP/2 is the only one, clients must use it from the first byte.</param>
    public static async Task<ScriptedUpstream> StartAsync(HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var app = builder.Build();
        var upstream = new ScriptedUpstream(app);
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            http.Items[BodyItem] = body;
            lock (upstream.Bodies)
            {
                upstream.Bodies.Add(body);
                upstream.Paths.Add(http.Request.Path + http.Request.QueryString);
            }

            http.RequestAborted.Register(() => upstream.ClientLeft.TrySetResult());
            await upstream.Answer(http);
        });
        await app.StartAsync();
        return upstream;
    }

    public static async Task WriteAsync(HttpContext http, int status, string contentType, string body)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = contentType;
        }

        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
        await http.Response.Body.FlushAsync();
    }

    /// <summary>Sends stream events. The answer ends when the task of <see cref="Answer"/> completes.</summary>
    public static Task WriteEventsAsync(HttpContext http, params string[] data) =>
        WriteAsync(http, 200, "text/event-stream", string.Concat(data.Select(text => $"data: {text}\n\n")));

    public static string Delta(string content) => $$"""{"id":"x","choices":[{"index":0,"delta":{"content":"{{content}}"},"finish_reason":null}]}""";

    public const string Finish = """{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    public const string WholeAnswer = """{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
