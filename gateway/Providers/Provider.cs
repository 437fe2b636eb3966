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
using Dragoman.Secrets;
using Dragoman.Wire;

namespace Dragoman.Providers;

/// <summary>A configured upstream and its connections. It lives as long as a snapshot of the configuration.</summary>
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

    /// <param name="settings">The provider's settings, such as its address and its dialect.</param>
    /// <param name="clock">The clock for waits and rate limits.</param>
    /// <param name="allCredentials">All configured credentials, also those of other providers; null for only this provider's.</param>
    /// <param name="tokens">The process's tokens of Microsoft Entra ID; null for those of the default identity.</param>
    public Provider(ProviderSettings settings, TimeProvider clock, CredentialScrub? allCredentials = null, EntraTokens? tokens = null)
        : this(settings, clock, allCredentials, ProviderKind.Of(settings, tokens ?? EntraTokens.Default))
    {
    }

    internal Provider(ProviderSettings settings, TimeProvider clock, CredentialScrub? allCredentials, ProviderKind kind)
    {
        this.kind = kind;
        Settings = settings;
        this.clock = clock;
        Credentials = new CredentialScrub([settings.ApiKey]);
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
            // A redirect would send the key to another host. Cookies and tracing headers are never sent to a provider.
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
                throw GatewayException.Invalid(name, $"{name}: a header may only contain visible ASCII characters and spaces");
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

    public void Dispose() => connections.Dispose();

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

    /// <summary>The only way to a provider: the address of every request is checked before the credential is added.</summary>
    /// <param name="request">The request, which is disposed.</param>
    /// <param name="cancellation">Ends the wait for the headers.</param>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var sent = request;
        await kind.AuthenticateAsync(Settings, VerifiedRequest.Of(request, ownAddress), cancellation).ConfigureAwait(false);
        LearnToken(request.Headers.Authorization?.Parameter);
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
            throw new GatewayException(new GatewayError(ErrorKind.Timeout, $"The provider {Settings.Name} did not accept a connection in time.") { Code = "upstream_connect_timeout" }, error);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new GatewayException(await ReadErrorAsync(response, cancellation).ConfigureAwait(false));
    }

    /// <summary>Tokens are replaced regularly and are not part of the configuration.</summary>
    private void LearnToken(string? token)
    {
        if (token is null || token == Settings.ApiKey)
            return;
        Credentials.Learn(token);
        allCredentials.Learn(token);
    }

    private GatewayError Unreachable(HttpRequestException error) => new(
        ErrorKind.UpstreamFailed,
        error.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => $"The address of the provider {Settings.Name} cannot be resolved.",
            HttpRequestError.SecureConnectionError => $"No secure connection to the provider {Settings.Name} could be made.",
            HttpRequestError.ConnectionError => $"The provider {Settings.Name} cannot be reached.",
            _ => $"The connection to the provider {Settings.Name} failed.",
        })
    {
        Code = "upstream_unreachable",
    };

    private async Task<GatewayError> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
            return new GatewayError(ErrorKind.UpstreamFailed, $"The provider {Settings.Name} answered with a redirect; check its baseUrl.");
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
        return ForClient(Api.ReadError(status, body.Span, ReadRetryAfter(response.Headers))) with
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
