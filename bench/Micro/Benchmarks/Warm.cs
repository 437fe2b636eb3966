using System.Diagnostics;
using System.Runtime;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Code gets its final form in the background, some time after it was called often; on a busy machine, later.</summary>
internal static class Warm
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(10);

    /// <summary>Repeats it until nothing has been compiled for a while.</summary>
    public static void Up(Action code)
    {
        var started = Stopwatch.GetTimestamp();
        var compiled = JitInfo.GetCompiledMethodCount();
        var since = started;
        while (Stopwatch.GetElapsedTime(since) < Quiet && Stopwatch.GetElapsedTime(started) < AtMost)
        {
            code();
            if (JitInfo.GetCompiledMethodCount() == compiled)
                continue;
            compiled = JitInfo.GetCompiledMethodCount();
            since = Stopwatch.GetTimestamp();
        }
    }
}
