using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Dragoman.Catalog;
using Dragoman.Conversation;

namespace Dragoman.Providers;

/// <summary>A configured upstream, with its connections. One for the life of a snapshot.</summary>
public sealed class Provider : IDisposable
{
    private const int LargestErrorBody = 64 * 1024;

    /// <summary>What the system may take in ahead of a client that reads slowly, in bytes; its own bound is several MiB.</summary>
    private const int ReceiveBuffer = 512 * 1024;

    /// <summary>Calls whose addresses are kept; clients may make up names of models.</summary>
    private const int MostAddresses = 256;

    /// <summary>A provider must not go on generating for a client that has left.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(50);

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly ProviderKind kind;
    private readonly Uri baseUrl;
    private readonly HttpMessageInvoker connections;
    private readonly Version httpVersion;
    private readonly HttpVersionPolicy httpVersionPolicy;
    private readonly TimeProvider clock;
    private readonly LMStudioModels? sleepers;
    private readonly ConcurrentDictionary<(string Path, string? Model), Uri> addresses = new();

    public Provider(ProviderSettings settings, TimeProvider clock)
    {
        Settings = settings;
        this.clock = clock;
        kind = ProviderKind.Of(settings);
        baseUrl = settings.BaseUrl ?? kind.DefaultBaseUrl;
        Dialect = kind.DialectFor(settings, baseUrl);
        sleepers = kind.PutsModelsAway(settings, baseUrl) ? new LMStudioModels(baseUrl, settings.Timeouts.FirstEvent, clock, SendAsync) : null;
        connections = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectTimeout = settings.Timeouts.Connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            // A redirect would carry the key elsewhere, cookies and tracing headers are nobody's business.
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            // What is left of an answer that nobody waits for: its end, if that is on its way, so that the connection can be used again.
            ResponseDrainTimeout = DrainTime,
            // A connection carries about a hundred answers at once, a provider's model may give thousands.
            EnableMultipleHttp2Connections = true,
            ConnectCallback = ConnectAsync,
        });
        (httpVersion, httpVersionPolicy) = settings.HttpVersion is { } only
            ? (only, HttpVersionPolicy.RequestVersionExact)
            : (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower);
    }

    public ProviderSettings Settings { get; }

    public IOutboundDialect Dialect { get; }

    /// <summary>Where its API begins.</summary>
    public Uri Address => baseUrl;

    /// <summary>
    /// Sends a call and returns as soon as the provider's headers are there and say that it went well. A refusal that
    /// can be cured is cured and the call sent once more.
    /// </summary>
    /// <exception cref="GatewayException">The provider cannot be reached, or refused.</exception>
    public async Task<HttpResponseMessage> SendAsync(UpstreamCall call, CancellationToken cancellation)
    {
        try
        {
            return await SendOnceAsync(call, cancellation).ConfigureAwait(false);
        }
        catch (GatewayException refusal) when (Dialect.Amend(call, refusal.Error) is { } amended)
        {
            return await SendOnceAsync(amended, cancellation).ConfigureAwait(false);
        }
        catch (GatewayException refusal) when (CanWake(call, refusal.Error))
        {
            await WakeAsync(call, cancellation).ConfigureAwait(false);
            return await SendOnceAsync(call, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a call without trying to cure a refusal.</summary>
    /// <exception cref="GatewayException">The provider cannot be reached, or refused.</exception>
    public async Task<HttpResponseMessage> SendOnceAsync(UpstreamCall call, CancellationToken cancellation)
    {
        var content = new CallContent(call.Body);
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(call)) { Content = content };
        foreach (var (name, value) in call.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        content.Headers.ContentType = Json;
        var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        content.Forget();
        return response;
    }

    /// <summary>Whether a call may have to be sent once more after its answer has begun to come.</summary>
    public bool PutsModelsAway => sleepers is not null;

    /// <summary>Whether the failure means that the server has put the model away and would answer with it loaded.</summary>
    public bool CanWake(UpstreamCall call, GatewayError failure) => sleepers is not null && call.Model is not null && LMStudioModels.IsPutAway(failure);

    /// <summary>Loads the call's model; only after <see cref="CanWake"/>.</summary>
    /// <exception cref="GatewayException">It cannot be loaded.</exception>
    public Task WakeAsync(UpstreamCall call, CancellationToken cancellation) => sleepers!.LoadAsync(call.Model!, cancellation);

    /// <summary>Reads the provider's own model list.</summary>
    /// <exception cref="GatewayException">The provider cannot be reached, refused, or answered something else.</exception>
    public async Task<IReadOnlyList<ListedModel>> ListModelsAsync(CancellationToken cancellation)
    {
        if (Dialect.ModelListPath is not { } path)
            return [];
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(baseUrl, path));
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        return Dialect.ReadModels(await response.ReadBodyAsync(UpstreamBody.Largest, cancellation).ConfigureAwait(false));
    }

    /// <summary>The provider's own id of an answer, for its support; null when it has none.</summary>
    public string? RequestIdOf(HttpResponseMessage response)
    {
        foreach (var name in kind.RequestIdHeaders)
        {
            if (response.Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { Length: > 0 } id)
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

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        await kind.AuthenticateAsync(Settings, request.Headers, cancellation).ConfigureAwait(false);
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
            body = await response.ReadBodyAsync(LargestErrorBody, cancellation).ConfigureAwait(false);
        }
        catch (GatewayException)
        {
            // The status alone has to do when the body is cut or too large.
        }

        var error = Dialect.ReadError(status, body.Span, ReadRetryAfter(response.Headers)) with
        {
            UpstreamRequestId = RequestIdOf(response),
            RateLimits = RateLimitsOf(response),
        };
        // The client's own key was fine, so what the provider says of ours stays here.
        return error.Kind == ErrorKind.UpstreamRefusedKey
            ? error with { Message = $"The provider {Settings.Name} refused the gateway's key." }
            : error;
    }

    /// <summary>How long the provider asks us to wait: milliseconds before seconds, a fraction or a date (specs/dialects.md 1.1, 3.10).</summary>
    private TimeSpan? ReadRetryAfter(HttpResponseHeaders headers)
    {
        if (First("retry-after-ms") is { } milliseconds && double.TryParse(milliseconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) && ms is >= 0 and < 86_400_000)
            return TimeSpan.FromMilliseconds(ms);
        if (First("retry-after") is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            return seconds is >= 0 and < 86_400 ? TimeSpan.FromSeconds(seconds) : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) && date > clock.GetUtcNow()
            ? date - clock.GetUtcNow()
            : null;

        string? First(string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
    }
}
