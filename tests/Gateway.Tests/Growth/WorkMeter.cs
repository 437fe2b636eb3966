using System.Runtime.InteropServices;

namespace Dragoman.Gateway.Tests.Growth;

/// <summary>The cost of work on its thread: CPU time, which a busy machine hardly changes, and memory.</summary>
/// <param name="Seconds">The CPU time in seconds.</param>
/// <param name="Bytes">The allocated bytes.</param>
internal readonly record struct WorkCost(double Seconds, long Bytes);

/// <summary>Measures work that stays on its thread.</summary>
internal static class WorkMeter
{
    /// <summary>CLOCK_THREAD_CPUTIME_ID of Linux.</summary>
    private const int ThreadCpuClock = 3;

    public static WorkCost Measure(Action work)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var seconds = ThreadSeconds();
        work();
        return new WorkCost(ThreadSeconds() - seconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }

    /// <summary>The least of both values, because other events, such as a collection of other tests' garbage, only add to them.</summary>
    public static WorkCost Least(WorkCost one, WorkCost other) => new(Math.Min(one.Seconds, other.Seconds), Math.Min(one.Bytes, other.Bytes));

    private static double ThreadSeconds()
    {
        Assert.Equal(0, clock_gettime(ThreadCpuClock, out var time));
        return time.Seconds + (time.Nanoseconds / 1e9);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
#pragma warning disable SYSLIB1054 // Generated marshalling needs unsafe code, which this project does not allow.
    private static extern int clock_gettime(int clock, out Time time);
#pragma warning restore SYSLIB1054

    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
