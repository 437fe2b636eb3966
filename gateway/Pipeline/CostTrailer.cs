using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Pipeline;

/// <summary>
/// Tells the cost of a streamed answer after its end, to a client that has said <c>TE: trailers</c>. Kestrel has trailers in HTTP/2
/// only. In HTTP/1.1 it sends what is written as it is if the response has a Transfer-Encoding, so the chunks are made here.
/// </summary>
internal sealed class CostTrailer
{
    private readonly Exchange exchange;
    private readonly bool makesChunks;

    private CostTrailer(Exchange exchange, bool makesChunks) => (this.exchange, this.makesChunks) = (exchange, makesChunks);

    /// <summary>Prepares the response, before it begins.</summary>
    /// <returns>Null if the client accepts no trailer or is not told the cost.</returns>
    public static CostTrailer? TryBegin(Exchange exchange)
    {
        var (request, response) = (exchange.Http.Request, exchange.Http.Response);
        if (request.Headers.TE.Count == 0 || !RequestCost.IsTold(exchange) || !Accepts(request.Headers.TE.ToString()))
            return null;
        var hasTrailers = response.SupportsTrailers();
        // What is no HTTP connection, such as a WebSocket, has no chunks.
        if (!hasTrailers && (request.Protocol != HttpProtocol.Http11 || exchange.KeepsItselfAlive))
            return null;
        response.Headers.Trailer = RequestCost.Header;
        if (!hasTrailers)
            response.Headers.TransferEncoding = "chunked";
        return new(exchange, !hasTrailers);
    }

    /// <summary>Sends a part of the answer.</summary>
    public ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var writer = exchange.Http.Response.BodyWriter;
        // A chunk of length zero is the last one.
        if (makesChunks && bytes.Length > 0)
        {
            Span<byte> head = stackalloc byte[16];
            bytes.Length.TryFormat(head, out var length, "x", CultureInfo.InvariantCulture);
            writer.Write(head[..length]);
            writer.Write("\r\n"u8);
            writer.Write(bytes.Span);
            writer.Write("\r\n"u8);
            return writer.FlushAsync(exchange.Http.RequestAborted);
        }

        return writer.WriteAsync(bytes, exchange.Http.RequestAborted);
    }

    /// <summary>Ends the response.</summary>
    /// <param name="cost">Picodollars; null if a price is not known.</param>
    public async ValueTask EndAsync(long? cost)
    {
        var (name, value) = RequestCost.HeaderOf(cost);
        var response = exchange.Http.Response;
        if (makesChunks)
            await response.BodyWriter.WriteAsync(Encoding.ASCII.GetBytes($"0\r\n{name}: {value}\r\n\r\n"), exchange.Http.RequestAborted).ConfigureAwait(false);
        else
            response.AppendTrailer(name, value);
    }

    private static bool Accepts(string header)
    {
        foreach (var coding in header.AsSpan().Split(','))
        {
            if (header.AsSpan(coding).Trim().Equals("trailers", StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
