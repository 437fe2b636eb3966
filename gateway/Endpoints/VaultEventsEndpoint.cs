using System.Buffers;
using System.Text.Json;
using Dragoman.Access.Credentials;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Secrets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Role = Dragoman.Access.Directory.Role;

namespace Dragoman.Endpoints;

/// <summary>
/// <c>POST /dragoman/keyvault/events</c>: Azure Event Grid reports that the vault has a new version of a secret, so that it is used at once
/// and not only when the known one is read again.
/// </summary>
/// <remarks>
/// Event Grid presents the key of the configuration in a header that the operator has given it as a delivery property, or a token of
/// Microsoft Entra ID. Before the first event it asks for consent: by an event with a code, or for CloudEvents by OPTIONS. Its documentation
/// does not say that delivery properties are part of that, so that consent needs no credential. It says nothing about the gateway, and an
/// event without a credential is refused all the same. Wire facts: "Webhook event delivery" of Microsoft Learn, and section 4 of
/// CloudEvents' "HTTP 1.1 Web Hooks for Event Delivery".
/// </remarks>
internal sealed partial class VaultEventsEndpoint : IEndpoint
{
    public const string Path = "/dragoman/keyvault/events";

    /// <summary>Bytes. Event Grid sends at most 1 MB at once.</summary>
    private const int LargestBody = 1024 * 1024;

    /// <summary>Bytes that are read of a body without a credential.</summary>
    private const int LargestHandshake = 16 * 1024;

    private const string JsonType = "application/json; charset=utf-8";

    /// <summary>Who asks for consent: Event Grid of the public cloud, of the US government's and of China's.</summary>
    private static readonly string[] Origins = ["eventgrid.azure.net", "eventgrid.azure.us", "eventgrid.azure.cn"];

    private static readonly GatewayError KeyAway = new(ErrorKind.Overloaded, AccessText.EventsKeyAway) { Code = "secret_unavailable" };

    public async Task HandleAsync(Exchange exchange)
    {
        var settings = exchange.Snapshot.Configuration.VaultEvents
            ?? throw new GatewayException(new GatewayError(ErrorKind.NotFound, AccessText.NoVault));
        if (HttpMethods.IsOptions(exchange.Http.Request.Method))
            Consent(exchange.Http);
        else if (await HasKeyAsync(exchange, settings.Key).ConfigureAwait(false))
            await AcceptAsync(exchange, settings).ConfigureAwait(false);
        else if (IsHandshake(exchange.Http.Request.Headers))
            await AnswerHandshakeAsync(exchange).ConfigureAwait(false);
        else
            await AuthenticateAsync(exchange, settings).ConfigureAwait(false);
    }

    private static void Consent(HttpContext http)
    {
        var origin = http.Request.Headers["WebHook-Request-Origin"].ToString();
        if (!Origins.Contains(origin, StringComparer.OrdinalIgnoreCase))
            throw new GatewayException(new GatewayError(ErrorKind.Forbidden, AccessText.NotEventGrid(string.Join(", ", Origins))));
        http.Response.Headers["WebHook-Allowed-Origin"] = origin;
        http.Response.Headers["WebHook-Allowed-Rate"] = "*";
        http.Response.Headers.Allow = HttpMethods.Post;
    }

    /// <summary>An event that only asks for consent, from somebody who presents nothing.</summary>
    private static bool IsHandshake(IHeaderDictionary headers) =>
        headers["aeg-event-type"] == "SubscriptionValidation" && PresentedCredential.Of(headers) is { Text.IsEmpty: true, Mistake: null };

    private static async Task AnswerHandshakeAsync(Exchange exchange)
    {
        var events = VaultEvent.Read(await exchange.ReadSmallBodyAsync(LargestHandshake).ConfigureAwait(false));
        if (events is not [{ Type: VaultEvent.Validation, ValidationCode.Length: > 0 } only])
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, RequestText.NoValidationCode));
        await WriteValidationAsync(exchange, only.ValidationCode).ConfigureAwait(false);
    }

    private static async Task AuthenticateAsync(Exchange exchange, VaultEventSettings settings)
    {
        await Step2Authenticate.RunAsync(exchange, Path, needsTeam: false).ConfigureAwait(false);
        if (!exchange.Caller!.Roles.Contains(Role.Events) && !exchange.Caller.Roles.Contains(Role.Admin))
            throw new GatewayException(new GatewayError(ErrorKind.Forbidden, AccessText.EventsNeedRole));
        await AcceptAsync(exchange, settings).ConfigureAwait(false);
    }

    private static async ValueTask<bool> HasKeyAsync(Exchange exchange, SecretReference? key)
    {
        var presented = PresentedCredential.Of(exchange.Http.Request.Headers).Text.ToString();
        return key is not null && presented.Length > 0 && SecretText.IsSame(presented, await FindKeyAsync(exchange, key).ConfigureAwait(false));
    }

    /// <exception cref="GatewayException">The key cannot be read; Event Grid asks again later.</exception>
    private static async ValueTask<string> FindKeyAsync(Exchange exchange, SecretReference key)
    {
        try
        {
            var text = await exchange.Snapshot.Secrets.Of(key).GetAsync(exchange.Http.RequestAborted).ConfigureAwait(false);
            if (text.Length >= VaultEventSettings.ShortestKey)
                return text;
            LogShortKey(exchange.VaultLogger, key, VaultEventSettings.ShortestKey);
            throw new GatewayException(KeyAway);
        }
        catch (SecretException error)
        {
            throw new GatewayException(KeyAway, error);
        }
    }

    private static async Task AcceptAsync(Exchange exchange, VaultEventSettings settings)
    {
        var events = VaultEvent.Read(await exchange.ReadSmallBodyAsync(LargestBody).ConfigureAwait(false));
        if (events is [{ Type: VaultEvent.Validation, ValidationCode.Length: > 0 } validation])
        {
            await WriteValidationAsync(exchange, validation.ValidationCode).ConfigureAwait(false);
            return;
        }

        var newVersions = 0;
        foreach (var reported in events)
        {
            // Others are not meant for this gateway, but an error would make Event Grid send them again for a day.
            if (reported.Secret.Length == 0 || !reported.Vault.Equals(settings.VaultName, StringComparison.OrdinalIgnoreCase))
                continue;
            var name = LoggedText.Cut(reported.Secret);
            switch (reported.Type)
            {
                case VaultEvent.NewVersion:
                    newVersions++;
                    LogNewVersion(exchange.VaultLogger, name, settings.VaultHost);
                    exchange.VaultListener.OnNewVersion(settings.VaultHost, reported.Secret);
                    break;
                case VaultEvent.NearExpiry:
                    LogNearExpiry(exchange.VaultLogger, name, settings.VaultHost, EndOf(reported));
                    break;
                case VaultEvent.Expired:
                    LogExpired(exchange.VaultLogger, name, settings.VaultHost, EndOf(reported));
                    break;
            }
        }

        await WriteAsync(exchange, writer => writer.WriteNumber("newVersions"u8, newVersions)).ConfigureAwait(false);
    }

    private static string EndOf(VaultEvent reported) => reported.ExpiresAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) ?? "a time that the event does not say";

    private static Task WriteValidationAsync(Exchange exchange, string code) => WriteAsync(exchange, writer => writer.WriteString("validationResponse"u8, code));

    private static Task WriteAsync(Exchange exchange, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return exchange.WriteAsync(body.WrittenMemory, JsonType, 200);
    }

    [LoggerMessage(83, LogLevel.Error, "the key of the events, {Reference}, is shorter than {Least} characters, so that it could be guessed, and no event is accepted with it")]
    private static partial void LogShortKey(ILogger logger, SecretReference reference, int least);

    [LoggerMessage(80, LogLevel.Information, "new version of secret {Secret} in {Vault}")]
    private static partial void LogNewVersion(ILogger logger, string secret, string vault);

    [LoggerMessage(81, LogLevel.Warning, "secret {Secret} in {Vault} expires soon, at {ExpiresAt}; create a new version")]
    private static partial void LogNearExpiry(ILogger logger, string secret, string vault, string expiresAt);

    [LoggerMessage(82, LogLevel.Warning, "secret {Secret} in {Vault} has expired, at {ExpiresAt}; create a new version")]
    private static partial void LogExpired(ILogger logger, string secret, string vault, string expiresAt);
}
