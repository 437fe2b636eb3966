using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Attack.Ground;

/// <summary>One connection of the gateway to the hostile provider. All text is Latin-1, one byte per character.</summary>
internal sealed class ProviderConnection(NetworkStream stream, CancellationToken stop)
{
    private static readonly TimeSpan DribblePause = TimeSpan.FromMilliseconds(700);

    private readonly byte[] buffer = new byte[64 * 1024];
    private int start;
    private int end;

    /// <returns>The request line and the headers. Null when the other side has closed.</returns>
    public async Task<string?> ReadHeadAsync(int largest)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await ReadByteAsync() is not { } next || head.Length > largest)
                return null;
            head.Append((char)next);
            // Only the end of a line can end the head.
            while (next != '\n' && await ReadByteAsync() is { } more)
            {
                head.Append((char)more);
                next = more;
            }
        }

        return head.ToString();
    }

    public async Task<string> ReadAsync(int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length && await FillAsync())
        {
            var count = Math.Min(end - start, length - text.Length);
            text.Append(Encoding.Latin1.GetString(buffer, start, count));
            start += count;
        }

        return text.ToString();
    }

    public async Task<string> ReadChunksAsync()
    {
        var text = new StringBuilder();
        while (true)
        {
            var size = int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            text.Append(await ReadAsync(size));
            await ReadLineAsync();
            if (size == 0)
                return text.ToString();
        }
    }

    public async Task WriteAsync(string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), stop);

    public Task WholeAsync(int status, string body, string type = "application/json", params string[] headers) => WriteAsync(
        $"HTTP/1.1 {status} Told\r\nContent-Type: {type}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}Content-Length: {body.Length}\r\n\r\n{body}");

    public Task GoodAsync(Shape shape, bool streams, string text, params string[] headers) => streams
        ? StreamAsync(ProviderAnswers.Stream(shape, text), headers: headers)
        : WholeAsync(200, ProviderAnswers.Whole(shape, text), "application/json", headers);

    /// <param name="events">The events of the stream.</param>
    /// <param name="endless">Whether a line of up to 64 MiB without an end follows.</param>
    /// <param name="headers">Further headers.</param>
    public async Task StreamAsync(IReadOnlyList<string> events, bool endless = false, params string[] headers)
    {
        await WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{string.Concat(headers.Select(header => header + "\r\n"))}Transfer-Encoding: chunked\r\n\r\n");
        foreach (var each in events)
            await ChunkAsync(each);
        if (endless)
        {
            var line = new string('x', 256 * 1024);
            await ChunkAsync("data: ");
            for (var sent = 0; sent < 64 * 4; sent++)
                await ChunkAsync(line);
        }

        await WriteAsync("0\r\n\r\n");
    }

    /// <summary>Sends the middle of a stream repeatedly.</summary>
    public async Task RepeatAsync(IReadOnlyList<string> events, int megabytes)
    {
        var middle = events.Count > 3 ? events.Count - 3 : 0;
        await WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (var each = 0; each < middle; each++)
            await ChunkAsync(events[each]);
        for (long sent = 0; sent < megabytes * 1024L * 1024; sent += events[middle].Length)
            await ChunkAsync(events[middle]);
        await WriteAsync("0\r\n\r\n");
    }

    /// <summary>Sends a stream's last event after this many tenths of a second, and comments until then.</summary>
    public async Task PaceAsync(IReadOnlyList<string> events, int tenths)
    {
        await WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        foreach (var each in events.SkipLast(1))
            await ChunkAsync(each);
        for (var tenth = 0; tenth < tenths; tenth++)
        {
            await ChunkAsync(": still here\n\n");
            await Task.Delay(TimeSpan.FromMilliseconds(100), stop);
        }

        await ChunkAsync(events[^1]);
        await WriteAsync("0\r\n\r\n");
    }

    /// <summary>Sends one byte at a time, with pauses that are too short for an idle timeout.</summary>
    public async Task DribbleAsync(string text)
    {
        foreach (var each in text)
        {
            await WriteAsync(each.ToString());
            await Task.Delay(DribblePause, stop);
        }
    }

    /// <summary>Waits until the gateway disconnects.</summary>
    public async Task WaitAsync()
    {
        while (await FillAsync())
            start = end;
    }

    public void Close() => stream.Socket.Close();

    private Task ChunkAsync(string text) => WriteAsync($"{text.Length:x}\r\n{text}\r\n");

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (await ReadByteAsync() is { } next && next != '\n')
            line.Append((char)next);
        return line.ToString().TrimEnd('\r');
    }

    private async ValueTask<byte?> ReadByteAsync() => start < end || await FillAsync() ? buffer[start++] : null;

    private async ValueTask<bool> FillAsync()
    {
        if (start < end)
            return true;
        start = 0;
        end = await stream.ReadAsync(buffer, stop);
        return end > 0;
    }
}
