using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dragoman.StandIn;

/// <summary>
/// An issuer of tokens on a free loopback port: publishes its OpenID configuration and keys, signs tokens, and gives them to
/// devices (RFC 8628) and services (client credentials). It counts what it is asked, and fails as a test specifies.
/// </summary>
public sealed class StandInIssuer : IAsyncDisposable
{
    private const string DiscoveryPath = "/.well-known/openid-configuration";
    private const string KeysPath = "/keys";

    private readonly Lock gate = new();
    private readonly WebApplication app;
    private readonly TimeProvider clock;
    private readonly DeviceLogins devices = new();
    private readonly List<StandInKey> keys = [];
    private int discoveryCalls;
    private int keyCalls;

    private StandInIssuer(WebApplication app, TimeProvider clock, string suffix)
    {
        this.app = app;
        this.clock = clock;
        Suffix = suffix;
    }

    /// <summary>What its <c>iss</c> has after the host, such as the slash of Entra ID's older issuers.</summary>
    public string Suffix { get; }

    /// <summary>Its address, without a slash at the end.</summary>
    public string Address => app.Urls.First();

    /// <summary>The <c>iss</c> of its tokens.</summary>
    public string Issuer => Address + Suffix;

    /// <summary>The <c>aud</c> of its tokens.</summary>
    public string Audience { get; set; } = "api://dragoman";

    public int DiscoveryCalls => Volatile.Read(ref discoveryCalls);

    public int KeyCalls => Volatile.Read(ref keyCalls);

    /// <summary>Answers in place of the OpenID configuration; null for the real one.</summary>
    public Func<HttpContext, Task>? InsteadOfDiscovery { get; set; }

    /// <summary>Answers in place of the keys; null for the real ones.</summary>
    public Func<HttpContext, Task>? InsteadOfKeys { get; set; }

    /// <summary>The logins of devices, which a test approves.</summary>
    public DeviceLogins Devices => devices;

    /// <summary>The key that signs new tokens.</summary>
    public StandInKey CurrentKey
    {
        get
        {
            lock (gate)
                return keys[^1];
        }
    }

    /// <param name="clock">The clock for the times in tokens; null for the system's.</param>
    /// <param name="suffix">What its <c>iss</c> has after the host.</param>
    /// <param name="key">Its first key; null for a new one, which takes a while to make.</param>
    public static async Task<StandInIssuer> StartAsync(TimeProvider? clock = null, string suffix = "", StandInKey? key = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var issuer = new StandInIssuer(app, clock ?? TimeProvider.System, suffix);
        issuer.Rotate(key ?? StandInKey.OfRsa("first"));
        app.Run(issuer.AnswerAsync);
        await app.StartAsync();
        return issuer;
    }

    public async ValueTask DisposeAsync()
    {
        // Requests that a test holds back would be waited for.
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    /// <summary>Publishes another key, which signs from now on. The earlier ones stay published.</summary>
    public void Rotate(StandInKey key)
    {
        lock (gate)
            keys.Add(key);
    }

    /// <summary>Publishes a key no longer.</summary>
    public void Withdraw(StandInKey key)
    {
        lock (gate)
            keys.Remove(key);
    }

    /// <summary>The usual claims of an access token that is valid for an hour, with others added or in their place.</summary>
    public JsonObject Claims(params (string Name, JsonNode? Value)[] claims)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var all = new JsonObject { ["iss"] = Issuer, ["aud"] = Audience, ["sub"] = "somebody", ["iat"] = now, ["nbf"] = now, ["exp"] = now + 3600 };
        foreach (var (name, value) in claims)
        {
            if (value is null)
                all.Remove(name);
            else
                all[name] = value;
        }

        return all;
    }

    /// <summary>A token with the usual claims and these ones.</summary>
    public string Sign(params (string Name, JsonNode? Value)[] claims) => SignWith(CurrentKey, Claims(claims).ToJsonString());

    /// <summary>A token of any payload.</summary>
    public static string SignWith(StandInKey key, string payload, string? algorithm = null)
    {
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = algorithm ?? key.Algorithm };
        if (key.Id is not null)
            header["kid"] = key.Id;
        return key.Sign(header.ToJsonString(), payload, algorithm);
    }

    /// <summary>Answers with a JSON text.</summary>
    public static async Task WriteAsync(HttpContext http, int status, string json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>The key set as it is published.</summary>
    public JsonObject KeySet()
    {
        lock (gate)
            return new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.ToJwk())]) };
    }

    /// <summary>The OpenID configuration as it is published.</summary>
    public JsonObject Discovery() => new()
    {
        ["issuer"] = Issuer,
        ["jwks_uri"] = Address + KeysPath,
        ["device_authorization_endpoint"] = Address + "/devicecode",
        ["token_endpoint"] = Address + "/token",
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
    };

    private async Task AnswerAsync(HttpContext http)
    {
        switch (http.Request.Path.Value)
        {
            case { } path when path.EndsWith(DiscoveryPath, StringComparison.Ordinal):
                Interlocked.Increment(ref discoveryCalls);
                await (InsteadOfDiscovery?.Invoke(http) ?? WriteAsync(http, 200, Discovery().ToJsonString()));
                break;
            case KeysPath:
                Interlocked.Increment(ref keyCalls);
                await (InsteadOfKeys?.Invoke(http) ?? WriteAsync(http, 200, KeySet().ToJsonString()));
                break;
            case "/devicecode" when HttpMethods.IsPost(http.Request.Method):
                await WriteAsync(http, 200, devices.Begin(await http.Request.ReadFormAsync(), Address).ToJsonString());
                break;
            case "/token" when HttpMethods.IsPost(http.Request.Method):
                await AnswerTokenAsync(http);
                break;
            default:
                http.Response.StatusCode = 404;
                break;
        }
    }

    private async Task AnswerTokenAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var (claims, error) = form["grant_type"].ToString() switch
        {
            DeviceLogins.Grant => devices.Redeem(form["device_code"].ToString(), form["client_id"].ToString()),
            "client_credentials" when form["client_id"].Count == 1 && form["client_secret"].Count == 1 =>
                ([("sub", form["client_id"].ToString()), ("azp", form["client_id"].ToString()), ("idtyp", "app")], null),
            "client_credentials" => (null, "invalid_client"),
            _ => (null, "unsupported_grant_type"),
        };
        if (claims is null)
            await WriteAsync(http, 400, new JsonObject { ["error"] = error }.ToJsonString());
        else
            await WriteAsync(http, 200, new JsonObject { ["access_token"] = Sign(claims), ["token_type"] = "Bearer", ["expires_in"] = 3600 }.ToJsonString());
    }
}
