using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Dragoman.Configuration;
using Dragoman.Connections;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Pipeline.Downloads;

/// <summary>
/// Fetches what a client only links to, for providers that do not fetch it themselves (specs/dialects.md 2.2), and for
/// those that stand where a client must not reach. A client chooses these addresses, so the gateway goes only where the
/// open internet is: addresses are checked after name resolution and connected to as checked, redirects are checked anew,
/// size and time are bounded, and the bytes must be what the part says.
/// </summary>
public sealed class MediaDownloads : IDisposable
{
    /// <summary>Of one request.</summary>
    public const int MostLinks = 20;

    private const int MostRedirects = 3;
    private const int AtOnce = 4;

    /// <summary>A medium is there as it came, with what it grew out of, as base64 in UTF-16 and in the provider's request.</summary>
    private const int TimesMedium = 6;

    /// <summary>Of one medium, from asking to the last byte.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>For how long the address behind a provider's name is believed.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private const string NotPublic = "it is at an address that is not public";

    private readonly ConcurrentDictionary<string, (bool IsInside, DateTimeOffset Until)> servers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve;
    private readonly DownloadPolicy policy;
    private readonly int largest;
    private readonly TimeProvider clock;
    private readonly HttpMessageInvoker connections;

    /// <param name="policy">Where to.</param>
    /// <param name="largest">Bytes of one medium, and of all in a request together.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="resolve">Looks a name up; null: as the system does.</param>
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

    /// <summary>The request with linked media in the links' place.</summary>
    /// <param name="request">Holds links.</param>
    /// <param name="links">Those of <see cref="LinksOf"/> that are fetched; others stay links.</param>
    /// <param name="cancellation">Ends the downloads.</param>
    /// <param name="makeRoom">Called with further bytes before they are taken; throws when there is no memory for them. Null when the bytes are not counted.</param>
    /// <exception cref="GatewayException">A link cannot be fetched; names the address.</exception>
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
                throw GatewayException.Invalid("messages", $"the linked media are together larger than {largest} bytes");
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
    /// Whether a server stands at an address that clients must not reach, so that a link that it fetches could lead them
    /// there. False where links may lead anywhere. A name that cannot be looked up counts as such a server's.
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

    /// <summary>The same where no name has to be looked up for it, else null.</summary>
    public bool? KnownInside(Uri server) =>
        policy == DownloadPolicy.Any ? false
        : server.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 ? !PublicAddress.Is(IPAddress.Parse(server.DnsSafeHost))
        : servers.TryGetValue(server.DnsSafeHost, out var known) && clock.GetUtcNow() < known.Until ? known.IsInside
        : null;

    /// <summary>
    /// Refuses a request that goes as it stands to a server that stands inside, for a link that leads to other than public
    /// addresses. The server looks the name up again, so a name may still change what it stands for in between.
    /// </summary>
    /// <exception cref="GatewayException">It holds such a link; names it.</exception>
    public async Task RefuseInnerLinksAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var links = LinkScan.Find(body.Span);
        RefuseByNumber(links);
        foreach (var link in links)
        {
            if (!Uri.TryCreate(link, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
                throw Refuse(link, "only http and https addresses without user and password are fetched");
            try
            {
                using var timer = new CancellationTokenSource(Longest, clock);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
                if (HasInner(await AddressesOfAsync(address.DnsSafeHost, both.Token).ConfigureAwait(false)))
                    throw Refuse(link, NotPublic);
            }
            catch (Exception error) when (error is SocketException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                throw Refuse(link, "it cannot be reached");
            }
        }
    }

    public void Dispose() => connections.Dispose();

    private void RefuseByNumber(IReadOnlyCollection<string> links)
    {
        if (links.Count > 0 && policy == DownloadPolicy.None)
            throw Refuse(links.First(), "links are not fetched by this gateway; send the data itself as base64");
        if (links.Count > MostLinks)
            throw GatewayException.Invalid("messages", $"at most {MostLinks} different links are fetched for one request, not {links.Count}; send the data itself as base64");
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
                null => Refuse(url, "it cannot be reached"),
                { Error.Kind: ErrorKind.Overloaded } full => full,
                var refused => Refuse(url, refused.Error.Message),
            };
        }
        catch (IOException)
        {
            throw Refuse(url, "the connection broke");
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw Refuse(url, $"it took longer than {Longest.TotalSeconds} seconds");
        }
    }

    private async Task<InlineMedia> FollowAsync(string url, Part part, Action<long>? makeRoom, CancellationToken cancellation)
    {
        var address = new Uri(url);
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            if (address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
                throw Refuse(url, "only http and https addresses without user and password are fetched");
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await connections.SendAsync(request, cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is >= 301 and <= 308 && response.Headers.Location is { } location)
            {
                address = new Uri(address, location);
                continue;
            }

            if (!response.IsSuccessStatusCode)
                throw Refuse(url, $"it answered {(int)response.StatusCode}");
            var bytes = await ReadAsync(url, response, makeRoom, cancellation).ConfigureAwait(false);
            await SocketThread.LeaveForAsync(bytes.Length);
            SocketThread.AssertMayProcess(bytes.Length);
            return Check(url, part, response.Content.Headers.ContentType?.MediaType, bytes);
        }

        throw Refuse(url, $"it redirects more than {MostRedirects} times");
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string url, HttpResponseMessage response, Action<long>? makeRoom, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > largest)
            throw Refuse(url, $"it is larger than {largest} bytes");
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
                    throw Refuse(url, $"it is larger than {largest} bytes");
            }
        }
    }

    /// <summary>The bytes decide what it is, not the server's word.</summary>
    private static InlineMedia Check(string url, Part part, string? declared, ReadOnlyMemory<byte> medium)
    {
        var bytes = medium.Span;
        var sniffed = MediaType.Sniff(bytes);
        var type = part switch
        {
            ImagePart when sniffed?.StartsWith("image/", StringComparison.Ordinal) != true => throw Refuse(url, "it is not a picture of a known format"),
            AudioPart when sniffed?.StartsWith("audio/", StringComparison.Ordinal) != true => throw Refuse(url, "it is not a sound of a known format"),
            DocumentPart when sniffed is null && declared?.StartsWith("text/", StringComparison.OrdinalIgnoreCase) == true => declared,
            DocumentPart when sniffed != "application/pdf" => throw Refuse(url, "it is neither a PDF nor text"),
            _ => sniffed!,
        };
        return new InlineMedia(type, Convert.ToBase64String(bytes));
    }

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation)
    {
        var addresses = await AddressesOfAsync(host.Host, cancellation).ConfigureAwait(false);
        if (policy != DownloadPolicy.Any && HasInner(addresses))
            throw new GatewayException(new GatewayError(ErrorKind.InvalidRequest, NotPublic));
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

    private static GatewayException Refuse(string url, string why) =>
        GatewayException.Invalid("messages", $"the linked {(url.Length <= 200 ? url : url[..200] + "…")} cannot be used: {why}");
}
