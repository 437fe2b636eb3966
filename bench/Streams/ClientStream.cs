namespace Dragoman.Bench.Streams;

/// <summary>One stream at the client, which parses and checks bytes as they arrive.</summary>
/// <param name="dialect">The dialect of the answer.</param>
/// <param name="tokens">The number of expected tokens.</param>
/// <param name="descriptor">The descriptor of its connection.</param>
/// <param name="askedAt">The time of the request, in microseconds of <see cref="PacedToken.Now"/>.</param>
internal sealed class ClientStream(PacedDialect dialect, int tokens, int descriptor, long askedAt)
{
    private byte[] unfinished = [];
    private ChunkedBody body;
    private bool isInBody;
    private bool hasEnd;

    public int Descriptor => descriptor;

    public long AskedAt => askedAt;

    public bool HasAsked { get; set; }

    /// <summary>The number of tokens received in order.</summary>
    public int Received { get; private set; }

    public bool IsStalled { get; private set; }

    /// <summary>Whether all tokens arrived once and in order, and then the dialect's end and the end of the body.</summary>
    public bool IsWhole => Received == tokens && hasEnd && body.IsOver;

    /// <summary>Why the stream must be abandoned. Null while it is valid.</summary>
    public string? Fault { get; private set; }

    /// <param name="received">The bytes of one read.</param>
    /// <param name="scratch">A buffer for these bytes and an unfinished line.</param>
    /// <param name="counts">The counts over all streams.</param>
    public void Take(ReadOnlySpan<byte> received, Span<byte> scratch, ClientCounts counts)
    {
        var now = PacedToken.Now;
        unfinished.CopyTo(scratch);
        var filled = unfinished.Length;
        if (!isInBody)
        {
            received.CopyTo(scratch[filled..]);
            filled += received.Length;
            if (!TakeHead(scratch[..filled], out var rest))
                return;
            // The bytes after the head are decoded in place.
            received = rest.ToArray();
            filled = 0;
        }

        var decoded = body.Decode(received, scratch[filled..]);
        if (decoded < 0)
        {
            Fault = "is not framed as chunks";
            return;
        }

        TakeLines(scratch[..(filled + decoded)], now, counts);
        if (body.IsOver && !IsWhole)
            Fault ??= hasEnd ? "ended before its last token" : "ended without its dialect's own end";
    }

    private bool TakeHead(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        var end = text.IndexOf("\r\n\r\n"u8);
        rest = default;
        if (end < 0)
        {
            unfinished = text.ToArray();
            return false;
        }

        if (!text.StartsWith("HTTP/1.1 200 "u8))
        {
            Fault = $"was refused: {System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 300)])}";
            return false;
        }

        isInBody = true;
        unfinished = [];
        rest = text[(end + 4)..];
        return true;
    }

    private void TakeLines(ReadOnlySpan<byte> text, long now, ClientCounts counts)
    {
        while (text.IndexOf((byte)'\n') is var end and >= 0)
        {
            TakeLine(text[..end], now, counts);
            text = text[(end + 1)..];
        }

        if (unfinished.Length > 0 || text.Length > 0)
            unfinished = text.ToArray();
    }

    private void TakeLine(ReadOnlySpan<byte> line, long now, ClientCounts counts)
    {
        if (line.IsEmpty)
            return;
        if (!dialect.IsLine(line))
        {
            Fault ??= $"is not in the dialect that was asked for: {System.Text.Encoding.UTF8.GetString(line)}";
        }
        else if (PacedToken.TryRead(line, out var number, out var due))
        {
            if (number != Received)
                Fault ??= $"has token {number} where {Received} was due";
            Received = number + 1;
            if (number == 0)
                counts.FirstTokens.Add(now - askedAt);
            counts.Lateness.Add(now - due);
            IsStalled |= now - due > PacedPlan.StallMicroseconds;
        }
        else
        {
            hasEnd |= dialect.IsEnd(line);
        }
    }
}

/// <summary>The counts over all streams of a client.</summary>
internal sealed class ClientCounts
{
    /// <summary>The times from before connecting to the first token.</summary>
    public Histogram FirstTokens { get; } = new();

    /// <summary>The times from when the upstream had to send a token until it was read.</summary>
    public Histogram Lateness { get; } = new();
}
