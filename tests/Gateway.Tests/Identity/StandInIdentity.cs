using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Identity;

/// <summary>
/// The two places that give tokens in Azure, on free loopback ports: the endpoint of a managed identity in App Service and Container Apps
/// over http, and the authority of Microsoft Entra ID over https.
/// </summary>
internal sealed class StandInIdentity : IAsyncDisposable
{
    private readonly WebApplication app;
    private int count;

    private StandInIdentity(WebApplication app) => this.app = app;

    /// <summary>The address of the managed identity's endpoint.</summary>
    public string Endpoint => app.Urls.Single(url => url.StartsWith("http:", StringComparison.Ordinal)) + "/msi/token";

    /// <summary>The address of the authority.</summary>
    public string Authority => app.Urls.Single(url => url.StartsWith("https:", StringComparison.Ordinal)) + "/";

    /// <summary>What was asked: the path, query and form of each request.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>The header that the managed identity's endpoint asks for.</summary>
    public string Header { get; } = "header-of-this-test";

    /// <summary>Answers in place of a token; null for a token.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    public static async Task<StandInIdentity> StartAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
        });
        var app = builder.Build();
        var identity = new StandInIdentity(app);
        app.Run(identity.AnswerAsync);
        await app.StartAsync();
        return identity;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var form = http.Request.HasFormContentType ? string.Join('&', (await http.Request.ReadFormAsync()).Select(field => $"{field.Key}={field.Value}")) : "";
        Asked.Enqueue($"{http.Request.Path}{http.Request.QueryString} {form}".TrimEnd());
        if (Instead is { } instead)
        {
            await instead(http);
            return;
        }

        http.Response.ContentType = "application/json";
        var token = $"token-{Interlocked.Increment(ref count)}";
        if (http.Request.Path == "/msi/token")
        {
            var isRight = http.Request.Headers["X-IDENTITY-HEADER"] == Header;
            http.Response.StatusCode = isRight ? 200 : 401;
            await http.Response.WriteAsync(isRight
                ? $$"""{ "access_token": "{{token}}", "expires_on": "{{DateTimeOffset.UtcNow.AddHours(8).ToUnixTimeSeconds()}}", "resource": "r", "token_type": "Bearer", "client_id": "c" }"""
                : """{ "statusCode": 401, "message": "wrong header" }""");
            return;
        }

        await http.Response.WriteAsync($$"""{ "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "{{token}}" }""");
    }
}
