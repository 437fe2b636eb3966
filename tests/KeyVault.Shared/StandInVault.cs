using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dragoman.StandIn;

/// <summary>
/// An Azure Key Vault on a free loopback port, over HTTPS with a certificate of its own, and beside it the endpoint from which a
/// managed identity gets its tokens. It speaks the wire protocol of https://learn.microsoft.com/rest/api/keyvault/secrets, counts
/// what it is asked, and fails as a test specifies.
/// </summary>
public sealed class StandInVault : IAsyncDisposable
{
    /// <summary>The token that it accepts.</summary>
    public const string Token = "a-token-of-the-stand-in-vault";
    private const string IdentitySecret = "the-secret-of-the-identity-endpoint";
    private const string IdentityPath = "/identity/token";
    private const string Challenge = "Bearer authorization=\"https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555\", resource=\"https://vault.azure.net\"";

    /// <summary>Versions in one page of a list; the real vault has 25.</summary>
    private const int PageSize = 2;

    private readonly Lock gate = new();
    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;
    private readonly TimeProvider clock;
    private readonly Dictionary<string, List<StandInSecret>> secrets = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<string> reads = [];
    private int challenges;
    private int tokens;

    private StandInVault(WebApplication app, X509Certificate2 certificate, TimeProvider clock) => (this.app, this.certificate, this.clock) = (app, certificate, clock);

    /// <summary>The address of the vault.</summary>
    public Uri Address => new(app.Urls.First(url => url.StartsWith("https:", StringComparison.Ordinal)));

    /// <summary>The variables with which the gateway gets an identity, and trusts the certificate.</summary>
    public IReadOnlyDictionary<string, string?> VariablesWith(string certificateFile) => new Dictionary<string, string?>
    {
        ["IDENTITY_ENDPOINT"] = app.Urls.First(url => url.StartsWith("http:", StringComparison.Ordinal)) + IdentityPath,
        ["IDENTITY_HEADER"] = IdentitySecret,
        ["AZURE_TOKEN_CREDENTIALS"] = "prod",
        ["SSL_CERT_FILE"] = certificateFile,
    };

    /// <summary>The certificate for those who must trust it.</summary>
    public string CertificatePem => certificate.ExportCertificatePem();

    /// <summary>The digest of the certificate, for those who trust it alone.</summary>
    public string CertificateHash => certificate.GetCertHashString();

    /// <summary>The paths of authenticated requests, in their order.</summary>
    public IReadOnlyCollection<string> Reads => reads;

    /// <summary>How often a request came without a token.</summary>
    public int Challenges => Volatile.Read(ref challenges);

    /// <summary>How often the identity endpoint was asked.</summary>
    public int Tokens => Volatile.Read(ref tokens);

    /// <summary>Answers in place of an authenticated request; null, or a result of false, for the real answer.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <param name="clock">The clock for the times of versions; null for the system's.</param>
    public static async Task<StandInVault> StartAsync(TimeProvider? clock = null)
    {
        var certificate = CreateCertificate();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, options => options.UseHttps(certificate));
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        var vault = new StandInVault(app, certificate, clock ?? TimeProvider.System);
        app.Run(vault.AnswerAsync);
        await app.StartAsync();
        return vault;
    }

    public async ValueTask DisposeAsync()
    {
        // Requests that a test holds back would be waited for.
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
        certificate.Dispose();
    }

    /// <summary>Adds a version of a secret, which is the newest one.</summary>
    public StandInSecret Set(string name, string value)
    {
        var secret = new StandInSecret(Guid.NewGuid().ToString("N"), value, clock.GetUtcNow());
        lock (gate)
        {
            if (!secrets.TryGetValue(name, out var versions))
                secrets[name] = versions = [];
            versions.Add(secret);
        }

        return secret;
    }

    /// <summary>Answers with an error of Key Vault.</summary>
    public static async Task<bool> FailAsync(HttpContext http, int status, string code, string? innerCode = null, string? retryAfter = null)
    {
        if (retryAfter is not null)
            http.Response.Headers.RetryAfter = retryAfter;
        var error = new JsonObject { ["code"] = code, ["message"] = $"The stand-in vault answers with {code}." };
        if (innerCode is not null)
            error["innererror"] = new JsonObject { ["code"] = innerCode };
        await WriteAsync(http, status, new JsonObject { ["error"] = error });
        return true;
    }

    private static async Task WriteAsync(HttpContext http, int status, JsonNode json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stand-in vault", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (path == IdentityPath)
        {
            await AnswerIdentityAsync(http);
            return;
        }

        if (!http.Request.IsHttps || http.Request.Headers.Authorization != "Bearer " + Token)
        {
            Interlocked.Increment(ref challenges);
            http.Response.Headers.WWWAuthenticate = Challenge;
            await FailAsync(http, 401, "Unauthorized");
            return;
        }

        reads.Enqueue(path);
        if (Instead is { } instead && await instead(http))
            return;
        if (string.IsNullOrEmpty(http.Request.Query["api-version"]))
            await FailAsync(http, 400, "BadParameter");
        else
            await AnswerSecretAsync(http, path.Split('/', StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task AnswerSecretAsync(HttpContext http, string[] path)
    {
        List<StandInSecret>? versions = null;
        lock (gate)
        {
            if (path is ["secrets", var name, ..] && secrets.TryGetValue(name, out var known))
                versions = [.. known];
        }

        var secret = path.Length == 3 ? versions?.Find(each => each.Version == path[2]) : versions?[^1];
        if (path is [_, _, "versions"] && versions is not null)
            await WriteAsync(http, 200, PageOf(versions, path[1], http.Request));
        else if (path.Length is not (2 or 3) || secret is null)
            await FailAsync(http, 404, "SecretNotFound");
        else if (!secret.IsEnabled)
            await FailAsync(http, 403, "Forbidden", "SecretDisabled");
        else
            await WriteAsync(http, 200, secret.ToJson(IdOf(path[1], secret), hasValue: true));
    }

    private JsonObject PageOf(List<StandInSecret> versions, string name, HttpRequest request)
    {
        var start = int.TryParse(request.Query["$skiptoken"], NumberStyles.None, CultureInfo.InvariantCulture, out var token) ? token : 0;
        var next = start + PageSize;
        return new JsonObject
        {
            ["value"] = new JsonArray([.. versions.Skip(start).Take(PageSize).Select(version => version.ToJson(IdOf(name, version), hasValue: false))]),
            ["nextLink"] = next < versions.Count ? $"{Address}secrets/{name}/versions?api-version={request.Query["api-version"]}&$skiptoken={next}" : null,
        };
    }

    private string IdOf(string name, StandInSecret secret) => $"{Address}secrets/{name}/{secret.Version}";

    private async Task AnswerIdentityAsync(HttpContext http)
    {
        Interlocked.Increment(ref tokens);
        if (http.Request.Headers["X-IDENTITY-HEADER"] != IdentitySecret)
        {
            http.Response.StatusCode = 401;
            return;
        }

        await WriteAsync(http, 200, new JsonObject
        {
            ["access_token"] = Token,
            ["expires_on"] = (DateTimeOffset.UtcNow + TimeSpan.FromDays(1)).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["resource"] = http.Request.Query["resource"].ToString(),
            ["token_type"] = "Bearer",
            ["client_id"] = "99999999-2222-3333-4444-555555555555",
        });
    }
}
