using System.Net;
using Dragoman.Dialects;

namespace Dragoman.Providers;

/// <summary>
/// A call's body. A passed-through body is sent in pieces, without a copy, unless it is small. The connection keeps its
/// request, and this content with it, until the answer has ended, which can take minutes. It is disposed when the provider's
/// headers arrive and then keeps no bytes.
/// </summary>
internal sealed class CallContent(IReadOnlyList<ReadOnlyMemory<byte>> pieces) : HttpContent
{
    /// <summary>The size in bytes up to which one copy costs less than pieces: with HTTP/2 each piece becomes a separate frame.</summary>
    private const int LargestCopied = 16 * 1024;

    /// <summary>A write of at most this many bytes is always copied into the buffer of the connection.</summary>
    private const int AlwaysCopied = 256;

    private IReadOnlyList<ReadOnlyMemory<byte>> pieces = pieces;

    public CallContent(ReadOnlyMemory<byte> body)
        : this([body])
    {
    }

    public static CallContent Of(UpstreamCall call) => call.Passed is { Length: > LargestCopied } passed ? new CallContent([.. passed.Pieces()]) : new CallContent(call.Body);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Over HTTP/2 the answer may begin, and the request be disposed, before all of it is sent.
        var all = pieces;
        var last = all[^1];
        for (var index = 0; index < all.Count - 1; index++)
            await stream.WriteAsync(all[index], cancellationToken).ConfigureAwait(false);
        // A socket keeps the buffer that it sent last until it sends another. That buffer must not be the body.
        var rest = Math.Max(0, last.Length - AlwaysCopied);
        await stream.WriteAsync(last[..rest], cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(last[rest..], cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        foreach (var piece in pieces)
            length += piece.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        pieces = [default];
        base.Dispose(disposing);
    }
}
