using System.Diagnostics;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Code gets its final form in the background, some time after it was called often.</summary>
internal static class Warm
{
    private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(350);

    public static void Up(Action code)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Enough)
            code();
    }
}
