using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Secrets;
using Dragoman.Wire;

namespace Dragoman.Providers;

/// <summary>Reads whole upstream bodies up to a maximum size.</summary>
internal static class UpstreamBody
{
    /// <summary>The largest body, in bytes, that is not an answer of a model: for example vectors and lists.</summary>
    public const int Largest = 64 * 1024 * 1024;

    private const int ReadSize = 16 * 1024;

    /// <summary>A buffer of up to this many bytes is not counted.</summary>
    private const int Uncounted = 64 * 1024;

    public static GatewayError TooLarge(int largest) =>
        new(ErrorKind.UpstreamFailed, ProviderText.TooLarge(largest)) { Code = "upstream_answer_too_large" };

    /// <summary>Reads the whole body and removes credentials from it.</summary>
    /// <param name="response">The response whose body is read.</param>
    /// <param name="largest">The most bytes that the body may have.</param>
    /// <param name="credentials">The credentials to remove, such as those that the provider was sent.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    /// <param name="makeRoom">
    /// Called before the buffer grows to more than 64 KiB, with the number of its bytes that are not counted yet. It throws when
    /// there is no memory for them. Null when the bytes are not counted.
    /// </param>
    /// <exception cref="GatewayException">The body is larger than <paramref name="largest"/>, or the connection broke.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(this HttpResponseMessage response, int largest, CredentialScrub credentials, CancellationToken cancellation, Action<long>? makeRoom = null)
    {
        // The announced bytes may never come. One byte more than announced, so that the buffer need not grow to read the end.
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
                        // Growing copies all bytes that were read so far.
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
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.BrokeOff) { Code = "upstream_stream_truncated" }, error);
        }
    }
}
