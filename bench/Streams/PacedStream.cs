using System.Buffers;
using System.IO.Pipelines;

namespace Dragoman.Bench.Streams;

/// <summary>One answer of the paced upstream.</summary>
internal sealed class PacedStream(PipeWriter output, CancellationToken left)
{
    private static readonly byte[] Opening = Event("""{"role":"assistant","content":""}""", "null", "");
    private static readonly byte[] Token = Event($$"""{"content":"{{new string('#', PacedToken.Length)}}"}""", "null", "");
    private static readonly int TokenAt = Token.AsSpan().IndexOf((byte)'#');

    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ValueTask<FlushResult> flushing;
    private long firstDue;
    private int sent;

    public Task Over => over.Task;

    /// <summary>Sends the next token, and the end after the last.</summary>
    /// <param name="nowDue">When tokens of this turn of the wheel are due, in microseconds.</param>
    /// <param name="tokens">Of the whole stream.</param>
    /// <returns>Whether more are to come.</returns>
    public bool SendNext(long nowDue, int tokens)
    {
        if (left.IsCancellationRequested)
        {
            over.TrySetResult();
            return false;
        }

        if (sent == 0)
        {
            firstDue = nowDue;
            output.Write(Opening);
        }
        else if (!flushing.IsCompleted)
        {
            // The reader is behind; what is left out now comes late, and says so.
            return true;
        }

        var line = output.GetSpan(Token.Length);
        Token.CopyTo(line);
        PacedToken.Write(line[TokenAt..], sent, firstDue + (sent * PacedWheel.IntervalMicroseconds));
        output.Advance(Token.Length);
        sent++;
        if (sent == tokens)
        {
            output.Write(Event("""{"content":""}""", "\"stop\"", $$""","usage":{"prompt_tokens":8,"completion_tokens":{{tokens}},"total_tokens":{{tokens + 8}}}"""));
            output.Write("data: [DONE]\n\n"u8);
            over.TrySetResult();
            return false;
        }

        flushing = output.FlushAsync(left).Preserve();
        return true;
    }

    private static byte[] Event(string delta, string finish, string usage) => System.Text.Encoding.UTF8.GetBytes(
        $$"""
        data: {"id":"chatcmpl-paced","object":"chat.completion.chunk","created":1760000000,"model":"paced","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]{{usage}}}


        """);
}
