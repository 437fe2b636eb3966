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

    /// <summary>Bytes of each body that are small enough not to be counted.</summary>
    private const int Uncounted = 64 * 1024;

    public static GatewayError TooLarge(int largest) =>
        new(ErrorKind.UpstreamFailed, $"The provider's answer is larger than {largest} bytes.") { Code = "upstream_answer_too_large" };

    /// <summary>The whole body, without what the provider was shown of credentials.</summary>
    /// <param name="response">Whose body.</param>
    /// <param name="largest">Bytes that it may have.</param>
    /// <param name="credentials">Taken out of it: what the provider was shown.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <param name="makeRoom">Called with further bytes before they are taken, beyond the first 64 KiB; throws when there is no memory for them. Null: nobody counts them.</param>
    /// <exception cref="GatewayException">The body is larger than <paramref name="largest"/>, or the connection broke.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(this HttpResponseMessage response, int largest, CredentialScrub credentials, CancellationToken cancellation, Action<long>? makeRoom = null)
    {
        // What is announced need not come. One more than announced, so that the end needs no further room.
        var body = new byte[(int)Math.Clamp(response.Content.Headers.ContentLength + 1 ?? ReadSize, 1, Math.Min(largest + 1L, Uncounted))];
        var count = 0;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                while (true)
                {
                    if (count == body.Length)
                    {
                        var size = (int)Math.Min(2L * count, largest + 1L);
                        if (size > Uncounted)
                            makeRoom?.Invoke(size - (count <= Uncounted ? 0 : count));
                        // To grow means to copy all that has come.
                        await SocketThread.LeaveForAsync(count);
                        Array.Resize(ref body, size);
                    }

                    var read = await stream.ReadAsync(body.AsMemory(count), cancellation).ConfigureAwait(false);
                    if (read == 0)
                    {
                        await SocketThread.LeaveForAsync(count);
                        return credentials.Clean(new ReadOnlyMemory<byte>(body, 0, count));
                    }

                    count += read;
                    if (count > largest)
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
