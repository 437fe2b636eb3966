using System.Buffers;
using System.IO.Pipelines;

namespace Dragoman.Bench.Streams;

/// <summary>One answer of the paced upstream.</summary>
internal sealed class PacedStream(PacedEvents events, PipeWriter output, CancellationToken left)
{
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ValueTask<FlushResult> flushing;
    private long firstDue;
    private int sent;

    public Task Over => over.Task;

    /// <summary>Sends the next token, and the end after the last.</summary>
    /// <param name="nowDue">The time at which the tokens of this turn of the wheel are due, in microseconds.</param>
    /// <param name="tokens">The number of tokens of the whole stream.</param>
    /// <returns>Whether more tokens follow.</returns>
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
            output.Write(events.Opening);
        }
        else if (!flushing.IsCompleted)
        {
            // The reader is behind. The skipped token is sent late, and its time shows that.
            return true;
        }

        var line = output.GetSpan(events.Token.Length);
        events.Token.CopyTo(line);
        PacedToken.Write(line[events.TokenAt..], sent, firstDue + (sent * PacedWheel.IntervalMicroseconds));
        output.Advance(events.Token.Length);
        sent++;
        if (sent == tokens)
        {
            output.Write(events.EndAfter(tokens));
            over.TrySetResult();
            return false;
        }

        flushing = output.FlushAsync(left).Preserve();
        return true;
    }
}
