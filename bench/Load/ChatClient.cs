using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace Dragoman.Bench.Load;

/// <summary>
/// Sends chats to one address over keep-alive connections and measures times. It reads into a reused buffer and allocates
/// nothing per token.
/// </summary>
internal sealed class ChatClient(Entrance entrance, ChatDialect dialect) : IDisposable
{
    private const int BufferSize = 64 * 1024;

    /// <summary>In bytes, more than the last two lines of any dialect.</summary>
    private const int TailSize = 2 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly AuthenticationHeaderValue AnyKey = new("Bearer", "bench");

    private readonly Uri url = new(entrance.Address, dialect.Path);

    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = 1024,
    });

    /// <summary>Reads one whole answer to its end.</summary>
    /// <param name="body">The body from <see cref="ChatDialect.Ask"/>.</param>
    /// <param name="buffer">Receives the answer.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>The body's length, and the time from before sending to the last byte.</returns>
    public async ValueTask<(int Length, TimeSpan Took)> AskAsync(byte[] body, byte[] buffer, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        using var response = await SendAsync(body, cancellation);
        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
                break;
            length += read;
        }

        var took = Stopwatch.GetElapsedTime(began);
        RequireSuccess(response, buffer.AsSpan(0, length));
        return (length, took);
    }

    /// <summary>Reads one stream to its end and checks it.</summary>
    /// <param name="body">The body from <see cref="ChatDialect.Ask"/>.</param>
    /// <param name="workload">The workload that was requested.</param>
    /// <param name="gaps">Receives the milliseconds between reads that returned bytes, after the first.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>The time from before sending to the first complete token.</returns>
    /// <exception cref="WrongAnswerException">The stream is in the wrong dialect, cut off, or lacks tokens.</exception>
    public async Task<TimeSpan> StreamAsync(byte[] body, Workload workload, List<double>? gaps, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var began = Stopwatch.GetTimestamp();
            var firstToken = TimeSpan.Zero;
            var lastRead = 0L;
            int lines = 0, filled = 0;
            var isFirst = true;
            using var response = await SendAsync(body, cancellation);
            using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            while (true)
            {
                if (buffer.Length - filled < BufferSize / 4)
                {
                    buffer.AsSpan(filled - TailSize, TailSize).CopyTo(buffer);
                    filled = TailSize;
                }

                var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellation);
                if (read == 0)
                    break;
                var now = Stopwatch.GetTimestamp();
                if (lastRead != 0)
                    gaps?.Add(Stopwatch.GetElapsedTime(lastRead, now).TotalMilliseconds);
                lastRead = now;
                lines += buffer.AsSpan(filled, read).Count((byte)'\n');
                filled += read;
                if (isFirst && lines >= dialect.LinesToFirstToken)
                {
                    isFirst = false;
                    firstToken = Stopwatch.GetElapsedTime(began, now);
                    if (!dialect.IsBeginning(buffer.AsSpan(0, filled)))
                        throw new WrongAnswerException("the stream does not begin as its dialect's does", buffer.AsSpan(0, filled));
                }
            }

            RequireSuccess(response, buffer.AsSpan(0, filled));
            if (lines != dialect.LinesOf(workload.Tokens) || !dialect.IsEnd(buffer.AsMemory(0, filled), workload))
                throw new WrongAnswerException($"the stream lacks tokens or its end ({lines} lines)", buffer.AsSpan(Math.Max(0, filled - 300), Math.Min(300, filled)));
            return firstToken;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Returns the complete answer.</summary>
    public async Task<byte[]> KeepAsync(byte[] body, CancellationToken cancellation)
    {
        using var response = await SendAsync(body, cancellation);
        var kept = await response.Content.ReadAsByteArrayAsync(cancellation);
        RequireSuccess(response, kept);
        return kept;
    }

    public void Dispose() => http.Dispose();

    private Task<HttpResponseMessage> SendAsync(byte[] body, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Authorization = AnyKey;
        foreach (var (name, value) in entrance.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return http.SendAsync(request, cancellation);
    }

    private static void RequireSuccess(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            throw new WrongAnswerException($"status {(int)response.StatusCode}", body);
    }
}
