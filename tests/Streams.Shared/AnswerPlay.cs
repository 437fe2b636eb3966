using System.Buffers;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Secrets;
using Dragoman.Wire;

namespace Dragoman.Streams;

/// <summary>Translates one answer from a provider's bytes to a client's: step 8 without the network.</summary>
internal sealed class AnswerPlay : IDisposable
{
    /// <summary>The bytes of one read from a socket.</summary>
    private const int ReadSize = 4096;

    /// <summary>A key of the usual kind and length that occurs in no stream.</summary>
    private static readonly CredentialScrub Credentials = new(["sk-proj-0123456789abcdefABCDEF-0123456789_abcdefABCDEF"]);

    private readonly ArrayBufferWriter<byte> output = new(256 * 1024);
    private readonly SseReader framing = new();
    private readonly WireStream stream;
    private readonly IAnswerReader reader;
    private readonly IPassThrough? passing;
    private readonly IAnswerEvents events;

    public AnswerPlay(Cell cell, WireStream stream)
    {
        this.stream = stream;
        var request = cell.Client.Read();
        var context = new AnswerContext(request, "request", TimeProvider.System, TimeProvider.System.GetTimestamp());
        reader = cell.Upstream.Dialect.OpenAnswer(request, cell.Upstream.Model);
        passing = cell.PassesThrough ? cell.Client.Dialect.OpenPassThrough(context, output) : null;
        events = passing ?? cell.Client.Dialect.OpenStream(context, output);
    }

    /// <summary>The text written since the last read.</summary>
    public string Written => Encoding.UTF8.GetString(output.WrittenSpan);

    public void Open()
    {
        Play(stream.OpeningBytes);
        output.ResetWrittenCount();
    }

    /// <summary>Plays events in pieces of a read's size. The output of each piece is discarded, as if it were sent.</summary>
    public void PlayAndSend(ReadOnlySpan<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(ReadSize, bytes.Length)..])
        {
            Play(bytes[..Math.Min(ReadSize, bytes.Length)]);
            output.ResetWrittenCount();
        }
    }

    /// <summary>Ends the answer and checks that it ends well, because only working code may be measured.</summary>
    /// <exception cref="InvalidOperationException">The answer does not end well.</exception>
    public void Close(int tokens)
    {
        Play(stream.ClosingBytes(tokens));
        reader.Complete(events);
        passing?.CloseStream();
        string[] ends = ["data: [DONE]\n\n", "\"type\":\"message_stop\"}\n\n", "\"done_reason\":\"stop\"", "event: response.completed\n"];
        if (!Array.Exists(ends, Written.Contains))
            throw new InvalidOperationException($"the answer does not end well: {Written[^Math.Min(Written.Length, 300)..]}");
    }

    public void Dispose() => framing.Dispose();

    private void Play(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = framing.GetMemory().Span;
            var size = Math.Min(room.Length, bytes.Length);
            bytes[..size].CopyTo(room);
            framing.Advance(size);
            bytes = bytes[size..];
            while (framing.TryRead(out var name, out var data))
            {
                data = Credentials.Clean(data);
                reader.ReadEvent(name, data, events);
                passing?.ForwardEvent(Credentials.Clean(name), data);
            }
        }
    }
}
