using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dragoman.Attack.Ground;

/// <summary>A web server with pictures that are too large, too many redirects away, or not pictures.</summary>
internal sealed class LinkServer : IAsyncDisposable
{
    private const int TooLarge = 21 * 1024 * 1024;

    private static readonly byte[] Picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private readonly WebApplication application;

    private LinkServer(WebApplication application) => this.application = application;

    public Uri Address => new(this.application.Urls.Single());

    public static async Task<LinkServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var application = builder.Build();
        application.Run(AnswerAsync);
        await application.StartAsync();
        return new LinkServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await this.application.StopAsync(atOnce.Token);
        await this.application.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "image/png";
        switch (context.Request.Path.Value!.TrimStart('/'))
        {
            case var hop when hop.StartsWith("hop-", StringComparison.Ordinal):
                var left = int.Parse(hop["hop-".Length..]);
                response.Redirect(left > 1 ? $"/hop-{left - 1}" : "/picture");
                break;
            case "loop":
                response.Redirect("/loop");
                break;
            case "tofile":
                response.Redirect("file:///etc/hostname");
                break;
            case "html":
                await response.WriteAsync("<html>");
                break;
            case "large":
                response.ContentLength = TooLarge;
                await response.Body.WriteAsync(new byte[TooLarge]);
                break;
            case "largechunks":
                await response.Body.WriteAsync(Picture);
                await response.Body.FlushAsync();
                await response.Body.WriteAsync(new byte[TooLarge]);
                break;
            case "gzip":
                response.Headers.ContentEncoding = "gzip";
                await response.Body.WriteAsync(new byte[] { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 });
                break;
            case "failure":
                response.StatusCode = 500;
                break;
            default:
                await response.Body.WriteAsync(Picture);
                break;
        }
    }
}
