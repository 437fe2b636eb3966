using System.Text.Json;
using Dragoman.Cli.Clients;
using Dragoman.Cli.Credentials;

namespace Dragoman.Cli.Login;

/// <summary>An OpenID issuer: the device authorization grant (RFC 8628) and the renewal of tokens (RFC 6749 6).</summary>
internal sealed class Issuer : IDisposable
{
    private const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    /// <summary>Between two questions when the issuer does not say (RFC 8628 3.2).</summary>
    private const int UsualInterval = 5;

    /// <summary>What <c>slow_down</c> adds (RFC 8628 3.5).</summary>
    private const int SlowDown = 5;

    /// <summary>The longest life of a code and of a token that is believed, in seconds.</summary>
    private const long LongestLife = 10L * 365 * 24 * 3600;

    private readonly string address;
    private readonly TimeProvider clock;
    private readonly HttpClient http;

    /// <param name="address">The address, which has <c>/.well-known/openid-configuration</c> below it.</param>
    /// <param name="clock">The source of times and pauses.</param>
    /// <exception cref="CliFailure">The address is not valid.</exception>
    public Issuer(string address, TimeProvider clock)
    {
        var uri = EndpointOf(address) ?? throw CliFailure.Usage("--issuer: must be an https address, such as https://login.microsoftonline.com/TENANT/v2.0");
        this.address = address.TrimEnd('/');
        this.clock = clock;
        http = GatewayHttp.Create(uri.IsLoopback);
    }

    public void Dispose() => http.Dispose();

    /// <summary>Logs a person in, who approves on another device.</summary>
    /// <param name="clientId">The id of this application at the issuer.</param>
    /// <param name="scope">The scopes, with spaces between them; null for the issuer's usual ones.</param>
    /// <param name="show">Receives the address to open and the code to enter.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CliFailure">Nobody approved, or the issuer does not answer as it should.</exception>
    public async Task<StoredCredential> LogInAsync(string clientId, string? scope, Action<DeviceCode> show, CancellationToken cancellation)
    {
        var metadata = await DiscoverAsync(cancellation).ConfigureAwait(false);
        var (status, begun) = await PostAsync(EndpointOf(metadata, "device_authorization_endpoint"), Form(("client_id", clientId), ("scope", scope)), cancellation).ConfigureAwait(false);
        if (status != 200)
            throw Refused(begun, status);
        var code = new DeviceCode(
            Text(begun, "user_code") ?? throw Incomplete("user_code"),
            // Some issuers have the name of an early draft.
            Text(begun, "verification_uri") ?? Text(begun, "verification_url") ?? throw Incomplete("verification_uri"),
            Text(begun, "verification_uri_complete"));
        var deviceCode = Text(begun, "device_code") ?? throw Incomplete("device_code");
        show(code);

        var end = clock.GetUtcNow().AddSeconds(Number(begun, "expires_in") ?? 900);
        var interval = TimeSpan.FromSeconds(Math.Clamp(Number(begun, "interval") ?? UsualInterval, 1, 300));
        var token = EndpointOf(metadata, "token_endpoint");
        while (true)
        {
            await Task.Delay(interval, clock, cancellation).ConfigureAwait(false);
            if (clock.GetUtcNow() >= end)
                throw Expired();
            var (answer, isLost) = await AskAsync(token, Form(("grant_type", DeviceGrant), ("device_code", deviceCode), ("client_id", clientId)), cancellation).ConfigureAwait(false);
            if (isLost)
            {
                // RFC 8628 3.5: after a lost answer a client asks less often.
                interval *= 2;
                continue;
            }

            switch (Text(answer.Json, "error"))
            {
                case "authorization_pending":
                    break;
                case "slow_down":
                    interval += TimeSpan.FromSeconds(SlowDown);
                    break;
                case "expired_token":
                    throw Expired();
                case "access_denied":
                    throw new CliFailure(ExitCode.NotAuthenticated, "the login was denied");
                case null when answer.Status == 200:
                    return CredentialOf(answer.Json, new StoredCredential { Issuer = address, ClientId = clientId, Scope = scope });
                default:
                    throw Refused(answer.Json, answer.Status);
            }
        }
    }

    /// <summary>Gets a new access token.</summary>
    /// <exception cref="CliFailure">The issuer does not give one.</exception>
    public async Task<StoredCredential> RenewAsync(StoredCredential stored, CancellationToken cancellation)
    {
        var metadata = await DiscoverAsync(cancellation).ConfigureAwait(false);
        var form = Form(("grant_type", "refresh_token"), ("refresh_token", stored.RefreshToken), ("client_id", stored.ClientId), ("scope", stored.Scope));
        var (status, json) = await PostAsync(EndpointOf(metadata, "token_endpoint"), form, cancellation).ConfigureAwait(false);
        if (Text(json, "error") == "invalid_grant")
            throw new CliFailure(ExitCode.NotAuthenticated, $"{address} does not renew the login any more; log in again with dragoman login");
        return status == 200 ? CredentialOf(json, stored) : throw Refused(json, status);
    }

    private static FormUrlEncodedContent Form(params IEnumerable<(string Name, string? Value)> fields) =>
        new(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!)));

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number of seconds, which some issuers write as text.</summary>
    private static long? Number(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out var value))
            return null;
        var isNumber = value.ValueKind == JsonValueKind.Number ? value.TryGetInt64(out var number) : long.TryParse(Text(json, name), out number);
        return isNumber ? Math.Clamp(number, 0, LongestLife) : null;
    }

    private static Uri? EndpointOf(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)) && uri.UserInfo.Length == 0 ? uri : null;

    private Uri EndpointOf(JsonElement metadata, string name) =>
        EndpointOf(Text(metadata, name)) ?? throw new CliFailure(ExitCode.Failed, $"{address} names no https address as {name}, so it has no login with a code; ask who runs it, or use a key: dragoman login --key -");

    private StoredCredential CredentialOf(JsonElement json, StoredCredential before) => before with
    {
        AccessToken = Text(json, "access_token") is { Length: > 0 } token && !token.AsSpan().ContainsAnyExceptInRange('!', '~') ? token : throw Incomplete("access_token"),
        // An issuer that gives no new one lets the old one live (RFC 6749 6).
        RefreshToken = Text(json, "refresh_token") ?? before.RefreshToken,
        ExpiresAt = Number(json, "expires_in") is { } seconds ? clock.GetUtcNow().AddSeconds(seconds) : null,
    };

    private async Task<JsonElement> DiscoverAsync(CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address + "/.well-known/openid-configuration"));
        using var response = await GatewayHttp.SendAsync(http, request, HttpCompletionOption.ResponseContentRead, "", cancellation).ConfigureAwait(false);
        var json = await ReadAsync(response, cancellation).ConfigureAwait(false);
        return response.IsSuccessStatusCode && json.ValueKind == JsonValueKind.Object
            ? json
            : throw new CliFailure(ExitCode.Failed, $"{request.RequestUri} is no OpenID configuration (status {(int)response.StatusCode}); check --issuer");
    }

    private async Task<((int Status, JsonElement Json) Answer, bool IsLost)> AskAsync(Uri endpoint, FormUrlEncodedContent form, CancellationToken cancellation)
    {
        try
        {
            var answer = await PostAsync(endpoint, form, cancellation).ConfigureAwait(false);
            return (answer, answer.Status >= 500);
        }
        catch (CliFailure)
        {
            return (default, true);
        }
    }

    private async Task<(int Status, JsonElement Json)> PostAsync(Uri endpoint, FormUrlEncodedContent form, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = form };
        request.Headers.Accept.Add(new("application/json"));
        using var response = await GatewayHttp.SendAsync(http, request, HttpCompletionOption.ResponseContentRead, "", cancellation).ConfigureAwait(false);
        return ((int)response.StatusCode, await ReadAsync(response, cancellation).ConfigureAwait(false));
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private CliFailure Refused(JsonElement json, int status)
    {
        var reason = Text(json, "error_description") ?? Text(json, "error") ?? $"status {status}";
        return new(ExitCode.NotAuthenticated, $"{address} refuses the login: {reason}");
    }

    private CliFailure Incomplete(string member) => new(ExitCode.Failed, $"the answer of {address} has no valid {member}");

    private static CliFailure Expired() => new(ExitCode.NotAuthenticated, "nobody approved the login in time; start it again");
}
