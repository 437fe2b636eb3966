using System.Runtime.InteropServices;

namespace Dragoman.Bench.Processes;

/// <summary>Sleeps with a finer resolution than .NET's millisecond.</summary>
internal static partial class LinuxThread
{
    private const int SetTimerSlack = 29;

    /// <summary>Lets the calling thread's sleeps end on time and not up to 50 µs later.</summary>
    public static void WakePunctually() => _ = Control(SetTimerSlack, 1, 0, 0, 0);

    public static void Sleep(TimeSpan length)
    {
        var wanted = new TimeSpecification
        {
            Seconds = (long)length.TotalSeconds,
            Nanoseconds = length.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
        // A signal may end the sleep early. The caller checks the clock again.
        _ = Sleep(in wanted, 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(in TimeSpecification wanted, nint remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
