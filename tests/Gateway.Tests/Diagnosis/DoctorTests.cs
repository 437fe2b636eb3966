using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Identity;
using Dragoman.Configuration;
using Dragoman.Diagnosis;
using Dragoman.Gateway.Tests.Secrets;
using Dragoman.Identity;
using Dragoman.Pipeline;
using Dragoman.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Diagnosis;

public sealed class DoctorTests : IDisposable
{
    private const string Models = """{ "object": "list", "data": [{ "id": "mistral-large-2512" }, { "id": "mistral-small-2603" }, { "id": "mistral-embed" }, { "id": "unknown-model" }] }""";
    private const string Answer = """{ "id": "x", "object": "chat.completion", "model": "m", "choices": [{ "index": 0, "message": { "role": "assistant", "content": "ok" }, "finish_reason": "stop" }], "usage": { "prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6 } }""";

    private readonly string folder = Directory.CreateTempSubdirectory("dragoman-doctor-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_gateway_that_works_is_told_so_in_order()
    {
        await using var provider = await StartAsync();
        var findings = await ExamineAsync(provider.BaseUrl);
        Assert.Equal(
            [
                "Good configuration content", "Warning configuration notice", "Skipped identity tokens", "Skipped secrets vault", "Good store reachable", "Good store writable", "Good store ledger", "Skipped store clock",
                "Good provider p connection", "Good provider p models", "Good provider p token", "Skipped gateway process", "Skipped gateway front",
            ],
            findings.Select(each => $"{each.State} {each.Subject} {each.Check}"));
        Assert.Equal("the credential is accepted, and 4 models are listed", Found(findings, "models"));
        // The cheaper of those that are known, and never one that only embeds.
        Assert.Matches(@"^mistral-small-2603 has answered; 5 tokens in, 1 out, 0\.0000\d+ US dollars$", Found(findings, "token"));
        Assert.Contains("\"model\":\"mistral-small-2603\"", provider.Bodies[^1], StringComparison.Ordinal);
        Assert.Contains("\"max_tokens\":16", provider.Bodies[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configured_model_is_asked_and_one_that_is_not_listed_is_named()
    {
        await using var provider = await StartAsync();
        var findings = await ExamineAsync(provider.BaseUrl, more: """, "models": { "m": { "provider": "p", "model": "ministral-of-mine" } }""");
        Assert.Equal("the credential is accepted, and 4 models are listed; not listed: ministral-of-mine", Found(findings, "models"));
        Assert.StartsWith("ministral-of-mine has answered", Found(findings, "token"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_costs_money_is_done_against_the_operators_will()
    {
        await using var provider = await StartAsync();
        var findings = await ExamineAsync(provider.BaseUrl, generates: false);
        Assert.Equal((FindingState.Skipped, "not asked for"), (findings.Single(each => each.Check == "token").State, Found(findings, "token")));
        Assert.Equal(["/v1/models"], provider.Paths);
    }

    [Theory]
    [InlineData(401, """{ "message": "Unauthorized" }""", "models", "The provider p refused the gateway's key.", "check /providers/p/apiKey: the key may be revoked, expired, or one of another provider or region")]
    [InlineData(404, "not found", "models", null, "check ")]
    [InlineData(403, """{ "message": "Not in your region" }""", "models", null, "check what the key's owner may use")]
    [InlineData(302, "", "models", "The provider p answered with a redirect; check its baseUrl.", "check /providers/p/baseUrl, which is ")]
    [InlineData(500, "oops", "models", null, "status page")]
    [InlineData(200, "<html>", "models", null, "check /providers/p/baseUrl")]
    [InlineData(200, """{ "object": "list", "data": [] }""", "models", "the credential is accepted, but no model is listed", "load a model on the server")]
    public async Task What_a_provider_answers_instead_of_its_models_is_explained(int status, string body, string check, string? found, string advice)
    {
        await using var provider = await StartAsync(models: http => ScriptedUpstream.WriteAsync(http, status, "application/json", body));
        var finding = (await ExamineAsync(provider.BaseUrl)).First(each => each.Check == check);
        Assert.True(finding.State >= FindingState.Warning, finding.ToString());
        Assert.Contains(advice, finding.Advice, StringComparison.Ordinal);
        if (found is not null)
            Assert.Equal(found, finding.Found);
    }

    [Theory]
    [InlineData(404, """{ "object": "error", "message": "Invalid model", "type": "invalid_model", "code": "1500" }""", "check the model's name")]
    [InlineData(429, """{ "object": "error", "message": "Requests rate limit exceeded", "type": "rate_limited", "code": "1300" }""", "wait, or ask the provider for a higher limit")]
    [InlineData(200, "{}", null)]
    public async Task A_token_that_is_not_generated_is_explained(int status, string body, string? advice)
    {
        await using var provider = await StartAsync(chat: http => ScriptedUpstream.WriteAsync(http, status, "application/json", body));
        var findings = await ExamineAsync(provider.BaseUrl);
        Assert.Equal(FindingState.Good, findings.Single(each => each.Check == "models").State);
        var token = findings.Single(each => each.Check == "token");
        Assert.Equal(FindingState.Failed, token.State);
        Assert.StartsWith("mistral-small-2603: ", token.Found, StringComparison.Ordinal);
        Assert.Contains(advice ?? "status page", token.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_hangs_delays_nobody()
    {
        await using var silent = await StartAsync(models: http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await using var other = await StartAsync();
        var findings = await ExamineAsync(silent.BaseUrl, providers: $$""", "q": { "dialect": "mistral", "baseUrl": "{{other.BaseUrl}}", "apiKey": "{{FullConfigurationSecret}}" }""", patience: 1);
        Assert.Equal("no answer within 1 s", findings.Single(each => each is { Subject: "provider p", Check: "models" }).Found);
        Assert.Equal(FindingState.Good, findings.Single(each => each is { Subject: "provider q", Check: "token" }).State);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_and_a_port_that_is_closed_are_told_apart()
    {
        var name = (await ExamineAsync("https://nowhere.invalid/v1")).Single(each => each is { Subject: "provider p" });
        Assert.Equal(("name", FindingState.Failed), (name.Check, name.State));
        Assert.Contains("nowhere.invalid", name.Found, StringComparison.Ordinal);
        Assert.Contains("name servers", name.Advice, StringComparison.Ordinal);
        // An address needs no lookup.
        var closed = (await ExamineAsync($"http://127.0.0.1:{ClosedPort()}/v1")).Last(each => each is { Subject: "provider p" });
        Assert.Equal(("connection", FindingState.Failed), (closed.Check, closed.State));
        Assert.Contains("cannot be connected", closed.Found, StringComparison.Ordinal);
        Assert.Contains("check the port in /providers/p/baseUrl", closed.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", 90, "the certificate of 127.0.0.1 by 127.0.0.1 is not trusted", "add the certificate of its authority")]
    [InlineData("other.example.com", 90, "the certificate is that of other.example.com and not of 127.0.0.1", "a proxy may answer in its place")]
    [InlineData("127.0.0.1", -1, "the certificate of 127.0.0.1 has expired on ", "check the clock of this machine")]
    public async Task A_certificate_that_is_wrong_is_explained(string name, int days, string found, string advice)
    {
        await using var app = await StartSecureAsync(name, days);
        var tls = (await ExamineAsync(app.Urls.First() + "/v1")).Last(each => each is { Subject: "provider p" });
        Assert.Equal(("tls", FindingState.Failed), (tls.Check, tls.State));
        Assert.StartsWith(found, tls.Found, StringComparison.Ordinal);
        Assert.Contains(advice, tls.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_TLS_and_one_that_says_nothing_are_told_apart()
    {
        await using var provider = await StartAsync();
        var plain = (await ExamineAsync(provider.BaseUrl.Replace("http:", "https:", StringComparison.Ordinal))).Last(each => each is { Subject: "provider p" });
        Assert.StartsWith("no TLS connection: ", plain.Found, StringComparison.Ordinal);
        Assert.Contains("or write http in /providers/p/baseUrl", plain.Advice, StringComparison.Ordinal);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var silent = (await ExamineAsync($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1", patience: 1)).Last(each => each is { Subject: "provider p" });
        Assert.Contains("no answer within 1 s to the TLS handshake", silent.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_and_one_of_a_newer_release_are_told_apart()
    {
        await using var provider = await StartAsync();
        var away = (await ExamineAsync(provider.BaseUrl, store: $"postgres://u:{FullConfigurationSecret}@127.0.0.1:{ClosedPort()}/d")).Single(each => each.Subject == "store");
        Assert.Equal(("reachable", FindingState.Failed), (away.Check, away.State));
        Assert.Contains("PostgreSQL store d at 127.0.0.1", away.Found, StringComparison.Ordinal);
        Assert.Contains("check that the server runs", away.Advice, StringComparison.Ordinal);

        await ExamineAsync(provider.BaseUrl);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, "a.db")};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE store SET schema = 2";
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        var newer = (await ExamineAsync(provider.BaseUrl)).Single(each => each.Subject == "store");
        Assert.Contains("has schema 2", newer.Found, StringComparison.Ordinal);
        Assert.Contains("run the release that the other processes run", newer.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_fails_says_what_was_tried()
    {
        var clock = new ManualTimeProvider();
        var tokens = new EntraTokens(
            () => DelegatedTokenCredential.Create((_, _) => throw new EntraException(new CredentialUnavailableException("x"), [new("managed", "no endpoint", "turn it on", true), new("azureCli", "not installed", "run az login", true)])), clock);
        var configuration = Read("""{ "providers": { "azure": { "dialect": "azure-openai", "baseUrl": "https://nowhere.invalid/openai/v1" } } }""");
        using var snapshot = new GatewaySnapshot(configuration, clock, tokens: tokens);
        var findings = await new Doctor(Options(), clock).ExamineAsync(snapshot, CancellationToken.None).Where(each => each.Subject == "identity").ToListAsync();
        Assert.Equal(["tokens", "managed", "azureCli"], findings.Select(each => each.Check));
        Assert.StartsWith("provider azure: The gateway found no credential", findings[0].Found, StringComparison.Ordinal);
        Assert.Equal(("not installed", "run az login"), (findings[2].Found, findings[2].Advice));
    }

    [Fact]
    public async Task A_secret_that_the_vault_does_not_give_says_what_to_do()
    {
        var clock = new ManualTimeProvider();
        using var secrets = new SecretStore(clock, reference => new ScriptedReader(clock, "sentinel-of-the-vault")
        {
            Answer = _ => reference.Name == "good" ? Task.FromResult("sentinel-of-the-vault") : throw new SecretException($"{reference} does not exist", SecretFault.Missing),
        });
        var configuration = Read("""
            {
              "keyVault": { "uri": "https://name.vault.azure.net" }, "access": { "adminKey": "keyvault:good" },
              "providers": { "p": { "dialect": "mistral", "baseUrl": "http://127.0.0.1:1/v1", "apiKey": "keyvault:gone" } }
            }
            """);
        var tokens = new EntraTokens(() => DelegatedTokenCredential.Create((context, _) => new AccessToken(context.Scopes[0], DateTimeOffset.MaxValue)), clock);
        using var snapshot = new GatewaySnapshot(configuration, clock, secrets: secrets, tokens: tokens);
        var findings = await new Doctor(Options(), clock).ExamineAsync(snapshot, CancellationToken.None).Where(each => each.Subject is "identity" or "secrets").ToListAsync();
        Assert.Equal(
            [
                new("identity", "tokens", FindingState.Good, "the credential gave a token for the vault name.vault.azure.net: the token does not tell whose it is"),
                new("secrets", "/access/adminKey", FindingState.Good, "keyvault:good in the vault name.vault.azure.net was read"),
                new("secrets", "/providers/p/apiKey", FindingState.Failed, "keyvault:gone does not exist", "create the secret in the vault, or correct the name in the configuration"),
            ],
            findings);
    }

    [Fact]
    public async Task An_identity_that_works_tells_whose_it_is_and_never_the_token()
    {
        var token = $"eyJhbGciOiJub25lIn0.{Convert.ToBase64String("""{"appid":"client-1","tid":"tenant-1","oid":"object-1"}"""u8.ToArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_')}.sentinel-signature";
        var tokens = new EntraTokens(() => DelegatedTokenCredential.Create((_, _) => new AccessToken(token, DateTimeOffset.MaxValue)), TimeProvider.System);
        using var snapshot = new GatewaySnapshot(Read("""{ "providers": { "azure": { "dialect": "azure-openai", "baseUrl": "https://nowhere.invalid/openai/v1" } } }"""), TimeProvider.System, tokens: tokens);
        var finding = await new Doctor(Options(), TimeProvider.System).ExamineAsync(snapshot, CancellationToken.None).FirstAsync(each => each.Subject == "identity");
        Assert.Equal((FindingState.Good, "the credential gave a token for provider azure: client client-1, object object-1, tenant tenant-1"), (finding.State, finding.Found));
    }

    [Fact]
    public async Task A_gateway_is_asked_whether_it_is_ready()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await using var provider = await StartAsync();
        var good = (await ExamineAsync(provider.BaseUrl, gateway: gateway.Client.BaseAddress)).Single(each => each.Subject == "gateway");
        Assert.Equal(FindingState.Good, good.State);
        var other = (await ExamineAsync(provider.BaseUrl, gateway: new Uri(provider.BaseUrl))).Single(each => each.Subject == "gateway");
        Assert.Equal(FindingState.Warning, other.State);
        Assert.Contains("something else than Dragoman answers", other.Found, StringComparison.Ordinal);
        var none = (await ExamineAsync(provider.BaseUrl, gateway: new Uri($"http://127.0.0.1:{ClosedPort()}"))).Single(each => each.Subject == "gateway");
        Assert.Equal(FindingState.Failed, none.State);
        await gateway.StopAsync();
    }

    private const string FullConfigurationSecret = "sentinel-of-the-doctor";

    private static GatewayConfiguration Read(string json) => ConfigurationReader.Read(json, "test", new Dictionary<string, string>());

    private static DoctorOptions Options(bool generates = true, int patience = 10, Uri? gateway = null) =>
        new(TimeSpan.FromSeconds(patience), generates) { Gateway = gateway, SidecarPort = ClosedPort(), FrontPort = ClosedPort() };

    private async Task<List<Finding>> ExamineAsync(
        string baseUrl, string more = "", string providers = "", string? store = null, bool generates = true, int patience = 10, Uri? gateway = null)
    {
        var configuration = Read(
            $$"""
            { "providers": { "p": { "dialect": "mistral", "baseUrl": "{{baseUrl}}", "apiKey": "{{FullConfigurationSecret}}" }{{providers}} },
              "prices": { "providers": { "p": { "list": "mistral" } } }, "store": { "connection": "{{store ?? $"sqlite:{Path.Combine(folder, "a.db")}"}}" }{{more}} }
            """);
        using var snapshot = new GatewaySnapshot(configuration, TimeProvider.System);
        var findings = await new Doctor(Options(generates, patience, gateway), TimeProvider.System).ExamineAsync(snapshot, CancellationToken.None).ToListAsync();
        Assert.All(findings, finding =>
        {
            Assert.DoesNotContain(FullConfigurationSecret, finding.ToString(), StringComparison.Ordinal);
            Assert.True(finding.State != FindingState.Failed || finding.Advice is not null, finding.ToString());
        });
        return findings;
    }

    private static string Found(IEnumerable<Finding> findings, string check) => findings.Single(each => each.Check == check).Found;

    private static Task<ScriptedUpstream> StartAsync(Func<HttpContext, Task>? models = null, Func<HttpContext, Task>? chat = null) => StartAsync(http =>
        http.Request.Path == "/v1/models" ? (models ?? (each => ScriptedUpstream.WriteAsync(each, 200, "application/json", Models)))(http)
        : http.Request.Path == "/v1/chat/completions" ? (chat ?? (each => ScriptedUpstream.WriteAsync(each, 200, "application/json", Answer)))(http)
        : ScriptedUpstream.WriteAsync(http, 404, "text/plain", "no such page"));

    private static async Task<ScriptedUpstream> StartAsync(Func<HttpContext, Task> answer)
    {
        var provider = await ScriptedUpstream.StartAsync();
        provider.Answer = answer;
        return provider;
    }

    private static async Task<WebApplication> StartSecureAsync(string name, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-100), DateTimeOffset.UtcNow.AddDays(days));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        app.Run(http => http.Response.WriteAsync("{}"));
        await app.StartAsync();
        return app;
    }

    /// <summary>A port at which nothing listens.</summary>
    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
