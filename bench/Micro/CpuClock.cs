using System.ComponentModel;
using System.Runtime.InteropServices;
using Perfolizer.Horology;

namespace Dragoman.Micro;

/// <summary>
/// The CPU time of the calling thread, so that other processes on the machine do not count. Everything that is measured,
/// including garbage collections, runs on one thread.
/// </summary>
internal sealed partial class CpuClock : IClock
{
    private const int ThreadCpuTime = 3;
    private const long NanosecondsPerSecond = 1_000_000_000;

    public string Title => "CPU time of the thread";

    public bool IsAvailable => OperatingSystem.IsLinux();

    public Frequency Frequency { get; } = new(NanosecondsPerSecond);

    public long GetTimestamp()
    {
        if (GetTime(ThreadCpuTime, out var time) != 0)
            throw new Win32Exception();
        return (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
