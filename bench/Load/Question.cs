using System.Collections.Concurrent;

namespace Dragoman.Bench.Load;

/// <summary>One question that is asked often. Every answer is read and must equal the first one.</summary>
internal sealed class Question(Contender contender, Workload workload, string prompt)
{
    private const int LongestAnswer = 16 * 1024;

    private readonly byte[] body = contender.Dialect.Ask(workload, prompt, stream: false);
    private readonly ChatClient client = contender.ClientFor(workload);
    private readonly ConcurrentBag<byte[]> buffers = [];
    private string? text;

    /// <returns>The time from before sending to the last byte.</returns>
    /// <exception cref="WrongAnswerException">The answer is different or in another dialect.</exception>
    public async Task<TimeSpan> AskAsync(CancellationToken cancellation)
    {
        var buffer = buffers.TryTake(out var used) ? used : new byte[LongestAnswer];
        var (length, took) = await client.AskAsync(body, buffer, cancellation);
        var answer = contender.Dialect.ReadWhole(buffer.AsMemory(0, length), workload);
        if ((Interlocked.CompareExchange(ref text, answer, null) ?? answer) != answer)
            throw new WrongAnswerException("one question got two answers", buffer.AsSpan(0, length));
        buffers.Add(buffer);
        return took;
    }
}
