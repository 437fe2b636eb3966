namespace Dragoman.Bench.Streams;

/// <summary>One stream at the client: takes what was received apart and checks it as it comes.</summary>
/// <param name="dialect">Of the answer.</param>
/// <param name="tokens">That have to come.</param>
/// <param name="descriptor">Of its connection.</param>
/// <param name="askedAt">Microseconds of <see cref="PacedToken.Now"/>.</param>
internal sealed class ClientStream(PacedDialect dialect, int tokens, int descriptor, long askedAt)
{
    private byte[] unfinished = [];
    private ChunkedBody body;
    private bool isInBody;
    private bool hasEnd;

    public int Descriptor => descriptor;

    public long AskedAt => askedAt;

    public bool HasAsked { get; set; }

    /// <summary>Tokens that came, each in its turn.</summary>
    public int Received { get; private set; }

    public bool IsStalled { get; private set; }

    /// <summary>All tokens came, once and in order, and the dialect's own end and HTTP's.</summary>
    public bool IsWhole => Received == tokens && hasEnd && body.IsOver;

    /// <summary>Why the stream is not to be gone on with; null while it is well.</summary>
    public string? Fault { get; private set; }

    /// <param name="received">What one read gave.</param>
    /// <param name="scratch">Room for it, and for a line that was not finished.</param>
    /// <param name="counts">Takes what is counted over all streams.</param>
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
            // What follows the head is decoded where it stands.
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

/// <summary>What is counted over all streams of a client.</summary>
internal sealed class ClientCounts
{
    /// <summary>From before connecting to the first token.</summary>
    public Histogram FirstTokens { get; } = new();

    /// <summary>From when the upstream had to send a token until it was read here.</summary>
    public Histogram Lateness { get; } = new();
}
