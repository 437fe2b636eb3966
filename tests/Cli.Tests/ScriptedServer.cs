using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Cli.Tests;

/// <summary>A server on a free loopback port that answers as a test says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private ScriptedServer(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>The method, path, query and credential of each request.</summary>
    public ConcurrentQueue<(string Line, string? Credential)> Requests { get; } = new();

    public static async Task<ScriptedServer> StartAsync(Func<HttpContext, Task> answerAsync)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.Run(async http =>
        {
            var authorization = http.Request.Headers.Authorization.ToString();
            server.Requests.Enqueue(($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}", authorization.Length == 0 ? null : authorization));
            await answerAsync(http);
        });
        await app.StartAsync();
        return server;
    }

    public static async Task WriteAsync(HttpContext http, int status, string body, string type = "application/json")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }
}
