using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Providers;

/// <summary>Reads whole upstream bodies, within a bound.</summary>
internal static class UpstreamBody
{
    /// <summary>The largest unstreamed answer, in bytes.</summary>
    public const int Largest = 64 * 1024 * 1024;

    private const int ReadSize = 16 * 1024;

    /// <exception cref="GatewayException">The body is larger than <paramref name="largest"/>, or the connection broke.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(this HttpResponseMessage response, int largest, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>((int)Math.Min(Math.Max(response.Content.Headers.ContentLength + 1 ?? ReadSize, 1), largest));
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                while (true)
                {
                    var read = await stream.ReadAsync(body.GetMemory(), cancellation).ConfigureAwait(false);
                    if (read == 0)
                    {
                        await SocketThread.LeaveForAsync(body.WrittenCount).ConfigureAwait(false);
                        return body.WrittenMemory;
                    }

                    body.Advance(read);
                    if (body.WrittenCount > largest)
                        throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, $"The provider's answer is larger than {largest} bytes."));
                }
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer broke off.") { Code = "upstream_stream_truncated" }, error);
        }
    }
}
