using System.Net;

namespace Dragoman.Providers;

/// <summary>
/// A call's body. The connection keeps its request, and this with it, until the answer has ended, which can be long. Disposed
/// when the provider's headers have come, it keeps no bytes.
/// </summary>
internal sealed class CallContent(ReadOnlyMemory<byte> body) : HttpContent
{
    /// <summary>Bytes that a connection always copies to a buffer of its own.</summary>
    private const int AlwaysCopied = 256;

    private ReadOnlyMemory<byte> body = body;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // A socket holds what it was last given to send until it is given something else. That shall not be the body.
        var last = Math.Max(0, body.Length - AlwaysCopied);
        await stream.WriteAsync(body[..last], cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(body[last..], cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        body = default;
        base.Dispose(disposing);
    }
}
