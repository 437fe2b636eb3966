using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A provider for large requests. It reads each body to its end, keeps nothing, and answers briefly in the request's dialect.</summary>
internal sealed class SwallowingUpstream : IAsyncDisposable
{
    private const string Completion = """{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    private const string Message = """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}}""";

    private readonly WebApplication application;
    private int requests;

    private SwallowingUpstream(WebApplication application) => this.application = application;

    public Uri Address => new(application.Urls.Single());

    /// <summary>The number of requests.</summary>
    public int Requests => Volatile.Read(ref requests);

    public static async Task<SwallowingUpstream> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var application = builder.Build();
        var upstream = new SwallowingUpstream(application);
        application.Run(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            Interlocked.Increment(ref upstream.requests);
            var answer = Encoding.UTF8.GetBytes(http.Request.Path.Value!.EndsWith("/messages", StringComparison.Ordinal) ? Message : Completion);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = answer.Length;
            await http.Response.Body.WriteAsync(answer);
        });
        await application.StartAsync();
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await application.StopAsync(atOnce.Token);
        await application.DisposeAsync();
    }
}
