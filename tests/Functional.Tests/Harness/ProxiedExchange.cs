using System.Buffers;
using System.Diagnostics;
using System.Text;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>One request of the gateway through a <see cref="FaultProxy"/>, and its result.</summary>
internal sealed class ProxiedExchange(ProxiedRequest request)
{
    /// <summary>The most bytes of an answer that are kept. Further bytes are only counted.</summary>
    private const int MostRecorded = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> recorded = new();
    private readonly TaskCompletionSource<long> left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long passed;

    public ProxiedRequest Request { get; } = request;

    /// <summary>The number of bytes of the answer that the gateway's connection has accepted.</summary>
    public long Passed => Interlocked.Read(ref passed);

    /// <summary>Completes, with a timestamp of <see cref="Stopwatch"/>, when the gateway has closed the connection.</summary>
    public Task<long> Left => left.Task;

    /// <summary>Completes when a stall has begun.</summary>
    public Task Stalled => stalled.Task;

    /// <summary>The bytes forwarded so far, up to the limit.</summary>
    public byte[] Recorded
    {
        get
        {
            lock (recorded)
                return recorded.WrittenSpan.ToArray();
        }
    }

    /// <summary>Whether a complete answer was forwarded, according to its framing.</summary>
    public bool IsWhole
    {
        get
        {
            var text = Encoding.Latin1.GetString(Recorded);
            var headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (headEnd < 0)
                return false;
            var length = text[..headEnd].Split("\r\n").Select(line => line.Split(':', 2))
                .FirstOrDefault(pair => pair[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase))?[1];
            return length is null ? text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) : text.Length == headEnd + 4 + int.Parse(length);
        }
    }

    public void Pass(ReadOnlySpan<byte> bytes)
    {
        lock (recorded)
        {
            if (recorded.WrittenCount < MostRecorded)
                recorded.Write(bytes);
        }

        Interlocked.Add(ref passed, bytes.Length);
    }

    public void Leave() => left.TrySetResult(Stopwatch.GetTimestamp());

    public void BecomeStalled() => stalled.TrySetResult();
}
