using System.Diagnostics;
using System.Runtime;

namespace Dragoman.Micro.Benchmarks;

/// <summary>The runtime recompiles frequently called code in the background, later on a busy machine.</summary>
internal static class Warm
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(10);

    /// <summary>Repeats the code until nothing was compiled for a while.</summary>
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
