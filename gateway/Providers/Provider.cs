using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Dragoman.Configuration;
using Dragoman.Connections;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Identity;
using Dragoman.Locales;
using Dragoman.Secrets;
using Dragoman.Telemetry;
using Dragoman.Wire;

namespace Dragoman.Providers;

/// <summary>A configured upstream and its connections. It lives as long as the last snapshot of the configuration that uses it.</summary>
public sealed class Provider : IDisposable
{
    private const int LargestErrorBody = 64 * 1024;

    /// <summary>Bytes that the system may buffer for a client that reads slowly; its own limit is several MiB.</summary>
    private const int ReceiveBuffer = 512 * 1024;

    /// <summary>Calls whose addresses are cached; clients can make up names of models.</summary>
    private const int MostAddresses = 256;

    /// <summary>A provider must not go on generating for a client that has left.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(50);

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly ProviderKind kind;
    private readonly Uri baseUrl;
    private readonly UpstreamAddress ownAddress;
    private readonly HttpMessageInvoker connections;
    private readonly Version httpVersion;
    private readonly HttpVersionPolicy httpVersionPolicy;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<(string Path, string? Model), Uri> addresses = new();

    private readonly CredentialScrub allCredentials;
    private readonly ProviderErrors errors;
    private readonly LiveSecret? key;
    private int users = 1;

    /// <param name="settings">The provider's settings, such as its address and its dialect.</param>
    /// <param name="clock">The clock for waits and rate limits.</param>
    /// <param name="allCredentials">All configured credentials, also those of other providers; null for only this provider's.</param>
    /// <param name="secrets">The secrets of the process; null for new ones.</param>
    /// <param name="tokens">The process's tokens of Microsoft Entra ID; null for those of the default identity.</param>
    public Provider(ProviderSettings settings, TimeProvider clock, CredentialScrub? allCredentials = null, SecretStore? secrets = null, EntraTokens? tokens = null)
        : this(settings, clock, allCredentials, ProviderKind.Of(settings, tokens ?? EntraTokens.Default), secrets)
    {
    }

    internal Provider(ProviderSettings settings, TimeProvider clock, CredentialScrub? allCredentials, ProviderKind kind, SecretStore? secrets = null)
    {
        this.kind = kind;
        Settings = settings;
        this.clock = clock;
        key = kind.UsesKey(settings) ? (secrets ?? new SecretStore(clock)).Of(settings.ApiKey!) : null;
        Credentials = new CredentialScrub([settings.ApiKey?.Value]);
        this.allCredentials = allCredentials ?? Credentials;
        errors = new ProviderErrors(settings.Name, this.allCredentials);
        baseUrl = settings.BaseUrl ?? kind.DefaultBaseUrl;
        ownAddress = new UpstreamAddress(baseUrl, kind.RootsOf(settings, baseUrl));
        Api = kind.ApiOf(settings, baseUrl);
        Recovery = kind.RecoveryOf(settings, baseUrl, clock, SendAsync);
        connections = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectTimeout = settings.Timeouts.Connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            // A redirect would send the key to another host. Cookies are never sent to a provider, and the trace only as Tracing writes it.
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            // Reads the end of an answer that nobody waits for, if it arrives in this time, so that the connection can be reused.
            ResponseDrainTimeout = DrainTime,
            // One connection carries about a hundred concurrent answers; a provider may serve thousands.
            EnableMultipleHttp2Connections = true,
            ConnectCallback = ConnectAsync,
        });
        (httpVersion, httpVersionPolicy) = settings.HttpVersion is { } only
            ? (only, HttpVersionPolicy.RequestVersionExact)
            : (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower);
    }

    public ProviderSettings Settings { get; }

    /// <summary>The provider's functions and their dialects.</summary>
    public ProviderApi Api { get; }

    /// <summary>The model of a target, with the base model that its name stands for.</summary>
    public UpstreamModel ModelOf(Target target) => new(target.Model, Settings.Options.BaseModels.GetValueOrDefault(target.Model, target.Model));

    /// <summary>Removes from the provider's texts the credentials that were sent to it. It cannot repeat others.</summary>
    public CredentialScrub Credentials { get; }

    /// <summary>The provider's error in the form that a client may see.</summary>
    public GatewayError ForClient(GatewayError error) => errors.ForClient(error);

    /// <summary>The base URL of the provider's API.</summary>
    public Uri Address => baseUrl;

    /// <summary>The action that the server sometimes needs before it answers; null when it needs none.</summary>
    internal IRecovery? Recovery { get; }

    /// <summary>Sends a call once and returns when the provider's headers arrive with a success status.</summary>
    /// <exception cref="GatewayException">The provider cannot be reached, or rejected the call.</exception>
    public Task<HttpResponseMessage> SendAsync(UpstreamCall call, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(call)) { Content = CallContent.Of(call) };
        foreach (var (name, value) in call.Headers)
        {
            // The values come from the client. The connection would fail on them as if the provider had failed.
            if (!UpstreamHeader.CanSend(value))
                throw GatewayException.Invalid(name, RequestText.HeaderCharacters(name));
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Content.Headers.ContentType = Json;
        return SendAsync(request, cancellation);
    }

    /// <summary>Reads the provider's own model list.</summary>
    /// <exception cref="GatewayException">The provider cannot be reached, rejected the call, or sent an unexpected answer.</exception>
    public async Task<IReadOnlyList<ListedModel>> ListModelsAsync(CancellationToken cancellation)
    {
        if (Api.ModelList is not { } list)
            return [];
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, UpstreamAddress.Below(baseUrl, list.ModelListPath)), cancellation).ConfigureAwait(false);
        var body = await response.ReadBodyAsync(UpstreamBody.Largest, Credentials, cancellation).ConfigureAwait(false);
        await SocketThread.LeaveForAsync(body.Length);
        SocketThread.AssertMayProcess(body.Length);
        var listed = list.ReadModels(body);
        // A model that cannot be called is not listed.
        return [.. listed.Where(model => ModelNameRule.FindMistake(Settings, model.Id) is null)];
    }

    /// <summary>The provider's own id of an answer, for the provider's support; null when there is none that can be forwarded.</summary>
    public string? RequestIdOf(HttpResponseMessage response)
    {
        foreach (var name in kind.RequestIdHeaders)
        {
            if (UpstreamHeader.First(response.Headers, name) is { } value && !allCredentials.IsIn(value) && UpstreamHeader.IdOf(value) is { } id)
                return id;
        }

        return null;
    }

    public RateLimits? RateLimitsOf(HttpResponseMessage response) => kind.ReadRateLimits(response.Headers, clock);

    /// <summary>Lets one more snapshot use the provider, which is disposed once more then. The caller itself uses it meanwhile.</summary>
    /// <returns>The provider.</returns>
    public Provider Share()
    {
        Interlocked.Increment(ref users);
        return this;
    }

    /// <summary>Ends one use; the last one closes the connections.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref users) == 0)
            connections.Dispose();
    }

    private Uri AddressOf(UpstreamCall call)
    {
        if (addresses.TryGetValue((call.Path, call.Model), out var known))
            return known;
        var address = kind.AddressOf(Settings, baseUrl, call);
        if (addresses.Count < MostAddresses)
            addresses.TryAdd((call.Path, call.Model), address);
        return address;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await NameLookup.OfProviders.FindAsync(context.DnsEndPoint.Host, cancellation).ConfigureAwait(false);
        var socket = OpenFiles.OpenSocket();
        try
        {
            socket.ReceiveBufferSize = ReceiveBuffer;
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The only way to a provider. A key that is replaced may be known here earlier or later than at the provider, so a request whose
    /// key was refused is sent once more with the other one: the provider has not read it.
    /// </summary>
    /// <param name="request">The request, which is disposed.</param>
    /// <param name="cancellation">Ends the wait for the headers.</param>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var sent = request;
        if (Tracing.IsOn)
        {
            foreach (var (name, value) in Tracing.HeadersForProvider())
                request.Headers.TryAddWithoutValidation(name, value);
        }

        var first = key is null ? null : await KeyAsync(key, cancellation).ConfigureAwait(false);
        var (response, error) = await SendAsync(request, first, cancellation).ConfigureAwait(false);
        if (error is not null && first is not null && ProviderErrors.BlamesKey(error) && await key!.GetOtherAsync(first, cancellation).ConfigureAwait(false) is { } other)
        {
            (response, error) = await SendAsync(request, other, cancellation).ConfigureAwait(false);
            if (error is null || !ProviderErrors.BlamesKey(error))
                key.Prefer(other);
        }

        return response ?? throw new GatewayException(ForClient(error!));
    }

    /// <exception cref="GatewayException">There is no key. The client does not learn the names of secrets, which the log has.</exception>
    private async ValueTask<string> KeyAsync(LiveSecret secret, CancellationToken cancellation)
    {
        try
        {
            return await secret.GetAsync(cancellation).ConfigureAwait(false);
        }
        catch (SecretException error)
        {
            throw new GatewayException(
                new GatewayError(ErrorKind.UpstreamRefusedKey, ProviderText.KeyNotAvailable(Settings.Name)) { Code = "upstream_auth_failed" },
                error);
        }
    }

    /// <summary>Sends a request once. Its address is checked before the credential is added.</summary>
    /// <returns>The response, or the provider's error as it is.</returns>
    private async Task<(HttpResponseMessage? Response, GatewayError? Error)> SendAsync(HttpRequestMessage request, string? withKey, CancellationToken cancellation)
    {
        await kind.AuthenticateAsync(Settings, withKey, VerifiedRequest.Of(request, ownAddress), cancellation).ConfigureAwait(false);
        Learn(withKey ?? request.Headers.Authorization?.Parameter);
        request.Version = httpVersion;
        request.VersionPolicy = httpVersionPolicy;
        HttpResponseMessage response;
        try
        {
            response = await connections.SendAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            throw new GatewayException((error.InnerException as GatewayException)?.Error ?? Unreachable(error), error);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new GatewayException(new GatewayError(ErrorKind.Timeout, ProviderText.NotAccepted(Settings.Name)) { Code = "upstream_connect_timeout" }, error);
        }

        if (response.IsSuccessStatusCode)
            return (response, null);
        using (response)
            return (null, await ReadErrorAsync(response, cancellation).ConfigureAwait(false));
    }

    /// <summary>Tokens, and the keys of files and vaults, are replaced and are not part of the configuration.</summary>
    private void Learn(string? credential)
    {
        if (credential is null)
            return;
        Credentials.Learn(credential);
        allCredentials.Learn(credential);
    }

    private GatewayError Unreachable(HttpRequestException error) => new(
        ErrorKind.UpstreamFailed,
        error.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => ProviderText.Unresolved(Settings.Name),
            HttpRequestError.SecureConnectionError => ProviderText.NotSecure(Settings.Name),
            HttpRequestError.ConnectionError => ProviderText.Unreachable(Settings.Name),
            _ => ProviderText.ConnectionFailed(Settings.Name),
        })
    {
        Code = "upstream_unreachable",
    };

    private async Task<GatewayError> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
            return new GatewayError(ErrorKind.UpstreamFailed, ProviderText.Redirects(Settings.Name));
        ReadOnlyMemory<byte> body = default;
        try
        {
            body = await response.ReadBodyAsync(LargestErrorBody, allCredentials, cancellation).ConfigureAwait(false);
        }
        catch (GatewayException)
        {
            // If the body is truncated or too large, the status alone decides.
        }

        await SocketThread.LeaveForAsync(body.Length);
        SocketThread.AssertMayProcess(body.Length);
        return Api.ReadError(status, body.Span, ReadRetryAfter(response.Headers)) with
        {
            UpstreamRequestId = RequestIdOf(response),
            RateLimits = RateLimitsOf(response),
        };
    }

    /// <summary>
    /// How long the provider asks us to wait; null when it does not say. The header in milliseconds has precedence over the one
    /// with seconds, which may have a fraction, or a date (specs/dialects.md 1.1, 3.10).
    /// </summary>
    private TimeSpan? ReadRetryAfter(HttpResponseHeaders headers)
    {
        if (UpstreamHeader.First(headers, "retry-after-ms") is { } milliseconds && double.TryParse(milliseconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) && ms >= 0 && ms < UpstreamHeader.LongestWait.TotalMilliseconds)
            return TimeSpan.FromMilliseconds(ms);
        if (UpstreamHeader.First(headers, "retry-after") is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            return seconds >= 0 && seconds < UpstreamHeader.LongestWait.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            && date - clock.GetUtcNow() is var left && left > TimeSpan.Zero && left < UpstreamHeader.LongestWait
            ? left
            : null;
    }
}
