using System.Net;

namespace Dragoman.Providers;

/// <summary>
/// A call's body. The connection keeps its request until the answer has ended, which can be long; the bytes can go when
/// the answer begins.
/// </summary>
internal sealed class CallContent(ReadOnlyMemory<byte> body) : HttpContent
{
    private ReadOnlyMemory<byte> body = body;

    /// <summary>The answer has begun, so that the body is not sent again.</summary>
    public void Forget() => body = default;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(body, cancellationToken).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
