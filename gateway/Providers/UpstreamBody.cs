using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Secrets;
using Dragoman.Wire;

namespace Dragoman.Providers;

/// <summary>Reads whole upstream bodies, within a bound.</summary>
internal static class UpstreamBody
{
    /// <summary>The largest body that is no answer of a model, in bytes: vectors, lists.</summary>
    public const int Largest = 64 * 1024 * 1024;

    private const int ReadSize = 16 * 1024;
    private const int MostAtOnce = 1024 * 1024;

    public static GatewayError TooLarge(int largest) =>
        new(ErrorKind.UpstreamFailed, $"The provider's answer is larger than {largest} bytes.") { Code = "upstream_answer_too_large" };

    /// <summary>The whole body, without what the provider was shown of credentials.</summary>
    /// <exception cref="GatewayException">The body is larger than <paramref name="largest"/>, or the connection broke.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(this HttpResponseMessage response, int largest, CredentialScrub credentials, CancellationToken cancellation)
    {
        // What is announced need not come.
        var body = new ArrayBufferWriter<byte>((int)Math.Clamp(response.Content.Headers.ContentLength + 1 ?? ReadSize, 1, Math.Min(largest, MostAtOnce)));
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
                        return credentials.Clean(body.WrittenMemory);
                    }

                    body.Advance(read);
                    if (body.WrittenCount > largest)
                        throw new GatewayException(TooLarge(largest));
                }
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer broke off.") { Code = "upstream_stream_truncated" }, error);
        }
    }
}
