using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Dragoman.Configuration;
using Dragoman.Connections;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Pipeline.Downloads;

/// <summary>
/// Downloads linked media for providers that do not fetch links themselves (specs/dialects.md 2.2), and for providers in a
/// network that clients must not reach. Clients choose the addresses, so the gateway connects only to public addresses. It
/// checks them after name resolution and connects to exactly the checked ones, checks each redirect again, limits size and
/// time, and checks that the bytes are of the type that the part requires.
/// </summary>
public sealed class MediaDownloads : IDisposable
{
    /// <summary>The most different links of one request.</summary>
    public const int MostLinks = 20;

    private const int MostRedirects = 3;
    private const int AtOnce = 4;

    /// <summary>Copies of a medium in memory: as received, the buffers that it outgrew, as base64 in UTF-16, in the provider's request.</summary>
    private const int TimesMedium = 6;

    /// <summary>The time limit of one download, from the request to the last byte.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>How long the looked-up address of a provider is cached.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (bool IsInside, DateTimeOffset Until)> servers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve;
    private readonly DownloadPolicy policy;
    private readonly int largest;
    private readonly TimeProvider clock;
    private readonly HttpMessageInvoker connections;

    /// <param name="policy">Which addresses may be fetched.</param>
    /// <param name="largest">The most bytes of one medium, and of all media of a request together.</param>
    /// <param name="clock">Measures the time limits.</param>
    /// <param name="resolve">Looks up a name; null for the system's lookup.</param>
    public MediaDownloads(DownloadPolicy policy, int largest, TimeProvider clock, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        this.policy = policy;
        this.largest = largest;
        this.clock = clock;
        this.resolve = resolve ?? NameLookup.OfLinks.FindAsync;
        connections = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, cancellation),
        });
    }

    /// <summary>The parts of a request that link to media.</summary>
    public static IReadOnlyList<Part> LinksOf(ChatRequest request)
    {
        List<Part>? links = null;
        foreach (var turn in request.Turns)
        {
            foreach (var part in turn.Parts)
            {
                Find(part);
                foreach (var inner in part is ToolResultPart result ? result.Content : [])
                    Find(inner);
            }
        }

        return links ?? (IReadOnlyList<Part>)[];

        void Find(Part part)
        {
            if (LinkOf(part) is not null)
                (links ??= []).Add(part);
        }
    }

    /// <summary>Returns the request with the downloaded media in place of the links.</summary>
    /// <param name="request">The request with the links.</param>
    /// <param name="links">The parts of <see cref="LinksOf"/> that are downloaded; the others remain links.</param>
    /// <param name="cancellation">Cancels the downloads.</param>
    /// <param name="makeRoom">Reserves memory for more bytes, and throws when there is none. Null when the bytes are not counted.</param>
    /// <exception cref="GatewayException">A link cannot be fetched; the message names the address.</exception>
    public ValueTask<ChatRequest> InlineAsync(ChatRequest request, IReadOnlyList<Part> links, CancellationToken cancellation, Action<long>? makeRoom = null)
    {
        if (links.Count == 0)
            return new(request);
        var different = new Dictionary<string, Part>(StringComparer.Ordinal);
        foreach (var part in links)
            different.TryAdd(LinkOf(part)!, part);
        return new(InlineAsync(request, different, makeRoom, cancellation));
    }

    private async Task<ChatRequest> InlineAsync(ChatRequest request, Dictionary<string, Part> links, Action<long>? makeRoom, CancellationToken cancellation)
    {
        RefuseByNumber(links.Keys);
        var left = (long)largest;
        var found = new Dictionary<string, InlineMedia>(StringComparer.Ordinal);
        foreach (var batch in links.Chunk(AtOnce))
        {
            var media = await Task.WhenAll(batch.Select(link => FetchAsync(link.Key, link.Value, makeRoom, cancellation))).ConfigureAwait(false);
            await SocketThread.LeaveForAsync(long.MaxValue);
            for (var index = 0; index < batch.Length; index++)
            {
                found[batch[index].Key] = media[index];
                left -= media[index].Base64.Length / 4 * 3;
            }

            if (left < 0)
                throw GatewayException.Invalid("messages", DownloadText.TooLargeTogether(largest));
        }

        return request with { Turns = [.. request.Turns.Select(turn => turn with { Parts = [.. turn.Parts.Select(Inline)] })] };

        Part Inline(Part part) => part switch
        {
            ToolResultPart result => result with { Content = [.. result.Content.Select(Inline)] },
            ImagePart { Source: LinkedMedia link } image when found.TryGetValue(link.Url, out var media) => image with { Source = media },
            AudioPart { Source: LinkedMedia link } audio when found.TryGetValue(link.Url, out var media) => audio with { Source = media },
            DocumentPart { Source: LinkedMedia link } document when found.TryGetValue(link.Url, out var media) => document with { Source = media },
            _ => part,
        };
    }

    /// <summary>
    /// Whether a server is at an address that clients must not reach, so that a link that it fetches could reach that network.
    /// False when the policy allows links to any address. True when the name cannot be looked up.
    /// </summary>
    public async ValueTask<bool> IsInsideAsync(Uri server, CancellationToken cancellation)
    {
        if (KnownInside(server) is { } known)
            return known;
        try
        {
            var isInside = HasInner(await AddressesOfAsync(server.DnsSafeHost, cancellation).ConfigureAwait(false));
            servers[server.DnsSafeHost] = (isInside, clock.GetUtcNow() + Remembered);
            return isInside;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>The result of <see cref="IsInsideAsync"/> when no lookup is needed; null otherwise.</summary>
    public bool? KnownInside(Uri server) =>
        policy == DownloadPolicy.Any ? false
        : server.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 ? !PublicAddress.Is(IPAddress.Parse(server.DnsSafeHost))
        : servers.TryGetValue(server.DnsSafeHost, out var known) && clock.GetUtcNow() < known.Until ? known.IsInside
        : null;

    /// <summary>
    /// Rejects a request that would be sent unchanged to an inside server and has a link to an address that is not public.
    /// The server looks up the name again, so the name can still change between the two lookups.
    /// </summary>
    /// <exception cref="GatewayException">The request has such a link; the message names it.</exception>
    public async Task RefuseInnerLinksAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var links = LinkScan.Find(body.Span);
        RefuseByNumber(links);
        foreach (var link in links)
        {
            if (!Uri.TryCreate(link, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
                throw Refuse(link, DownloadText.OnlyWeb);
            try
            {
                using var timer = new CancellationTokenSource(Longest, clock);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
                if (HasInner(await AddressesOfAsync(address.DnsSafeHost, both.Token).ConfigureAwait(false)))
                    throw Refuse(link, DownloadText.NotPublic);
            }
            catch (Exception error) when (error is SocketException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                throw Refuse(link, DownloadText.Unreachable);
            }
        }
    }

    public void Dispose() => connections.Dispose();

    private void RefuseByNumber(IReadOnlyCollection<string> links)
    {
        if (links.Count > 0 && policy == DownloadPolicy.None)
            throw Refuse(links.First(), DownloadText.NotFetched);
        if (links.Count > MostLinks)
            throw GatewayException.Invalid("messages", DownloadText.TooMany(MostLinks, links.Count));
    }

    private Task<IPAddress[]> AddressesOfAsync(string host, CancellationToken cancellation) =>
        IPAddress.TryParse(host, out var literal) ? Task.FromResult<IPAddress[]>([literal]) : resolve(host, cancellation);

    private static bool HasInner(IPAddress[] addresses) => Array.Exists(addresses, address => !PublicAddress.Is(address));

    private static string? LinkOf(Part part) => part switch
    {
        ImagePart { Source: LinkedMedia link } => link.Url,
        AudioPart { Source: LinkedMedia link } => link.Url,
        DocumentPart { Source: LinkedMedia link } => link.Url,
        _ => null,
    };

    private async Task<InlineMedia> FetchAsync(string url, Part part, Action<long>? makeRoom, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(Longest, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            return await FollowAsync(url, part, makeRoom, both.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            throw (error.GetBaseException() as GatewayException) switch
            {
                null => Refuse(url, DownloadText.Unreachable),
                { Error.Kind: ErrorKind.Overloaded } full => full,
                var refused => Refuse(url, refused.Error.Text),
            };
        }
        catch (IOException)
        {
            throw Refuse(url, DownloadText.BrokeOff);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw Refuse(url, DownloadText.TooSlow(Longest.TotalSeconds));
        }
    }

    private async Task<InlineMedia> FollowAsync(string url, Part part, Action<long>? makeRoom, CancellationToken cancellation)
    {
        var address = new Uri(url);
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            if (address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
                throw Refuse(url, DownloadText.OnlyWeb);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await connections.SendAsync(request, cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is >= 301 and <= 308 && response.Headers.Location is { } location)
            {
                address = new Uri(address, location);
                continue;
            }

            if (!response.IsSuccessStatusCode)
                throw Refuse(url, DownloadText.AnsweredStatus((int)response.StatusCode));
            var bytes = await ReadAsync(url, response, makeRoom, cancellation).ConfigureAwait(false);
            await SocketThread.LeaveForAsync(bytes.Length);
            SocketThread.AssertMayProcess(bytes.Length);
            return Check(url, part, response.Content.Headers.ContentType?.MediaType, bytes);
        }

        throw Refuse(url, DownloadText.TooManyRedirects(MostRedirects));
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string url, HttpResponseMessage response, Action<long>? makeRoom, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > largest)
            throw Refuse(url, DownloadText.TooLarge(largest));
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            while (true)
            {
                if (body.FreeCapacity == 0)
                    makeRoom?.Invoke(TimesMedium * (long)body.Capacity);
                var read = await stream.ReadAsync(body.GetMemory(), cancellation).ConfigureAwait(false);
                if (read == 0)
                    return body.WrittenMemory;
                body.Advance(read);
                if (body.WrittenCount > largest)
                    throw Refuse(url, DownloadText.TooLarge(largest));
            }
        }
    }

    /// <summary>Determines the media type from the bytes, not from the server's headers, and checks it.</summary>
    private static InlineMedia Check(string url, Part part, string? declared, ReadOnlyMemory<byte> medium)
    {
        var bytes = medium.Span;
        var sniffed = MediaType.Sniff(bytes);
        var type = part switch
        {
            ImagePart when sniffed?.StartsWith("image/", StringComparison.Ordinal) != true => throw Refuse(url, DownloadText.NoImage),
            AudioPart when sniffed?.StartsWith("audio/", StringComparison.Ordinal) != true => throw Refuse(url, DownloadText.NoAudio),
            DocumentPart when sniffed is null && declared?.StartsWith("text/", StringComparison.OrdinalIgnoreCase) == true => declared,
            DocumentPart when sniffed != "application/pdf" => throw Refuse(url, DownloadText.NoDocument),
            _ => sniffed!,
        };
        return new InlineMedia(type, Convert.ToBase64String(bytes));
    }

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation)
    {
        var addresses = await AddressesOfAsync(host.Host, cancellation).ConfigureAwait(false);
        if (policy != DownloadPolicy.Any && HasInner(addresses))
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, DownloadText.NotPublic));
        var socket = OpenFiles.OpenSocket();
        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static GatewayException Refuse(string url, Wording why) =>
        GatewayException.Invalid("messages", DownloadText.CannotBeUsed(url.Length <= 200 ? url : url[..200] + "…", why));
}
