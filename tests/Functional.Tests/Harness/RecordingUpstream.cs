using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A request as it arrived behind nginx.</summary>
internal sealed record RecordedRequest(string Method, string RawTarget, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string BodyText => Encoding.UTF8.GetString(Body);
}

/// <summary>Replaces the sidecar or the functions, records the requests, and answers as the test specifies.</summary>
internal sealed class RecordingUpstream : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<RecordedRequest> requests = new();

    private RecordingUpstream(WebApplication application) => this.application = application;

    /// <summary>host:port</summary>
    public string Authority => new Uri(this.application.Urls.Single()).Authority;

    public IReadOnlyCollection<RecordedRequest> Requests => requests;

    /// <summary>Starts it on a free port. Without <paramref name="answer"/> it answers 200 with its name as the body.</summary>
    public static async Task<RecordingUpstream> StartAsync(string name, RequestDelegate? answer = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var application = builder.Build();
        application.UseWebSockets();
        var upstream = new RecordingUpstream(application);
        application.Run(async context =>
        {
            var recorded = await RecordAsync(context.Request);
            upstream.requests.Enqueue(recorded);
            context.Items[typeof(RecordedRequest)] = recorded;
            if (answer is null)
            {
                context.Response.ContentLength = name.Length;
                await context.Response.WriteAsync(name);
            }
            else
            {
                await answer(context);
            }
        });
        await application.StartAsync();
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await this.application.StopAsync(atOnce.Token);
        await this.application.DisposeAsync();
    }

    private static async Task<RecordedRequest> RecordAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        if (!request.HttpContext.WebSockets.IsWebSocketRequest)
            await request.Body.CopyToAsync(body);
        return new RecordedRequest(
            request.Method,
            request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
    }
}
