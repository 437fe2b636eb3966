using System.Runtime.InteropServices;

namespace Dragoman.Bench.Processes;

/// <summary>Information about processes that .NET does not read from Linux.</summary>
internal static partial class LinuxProcess
{
    private const int Terminate = 15;
    private const int ScheduledTimeClock = 2;

    /// <summary>The unit of most times in <c>/proc</c>.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>
    /// The user and system time of a whole process, including ended threads. It is <c>utime + stime</c> of
    /// <c>/proc/PID/stat</c>, but in nanoseconds from the process's CPU clock, not in ticks of 10 ms.
    /// </summary>
    public static TimeSpan CpuTimeOf(int process)
    {
        // The identifier that clock_getcpuclockid(3) makes.
        var clock = (~process << 3) | ScheduledTimeClock;
        if (GetTime(clock, out var time) != 0)
            throw new InvalidOperationException($"process {process} has no CPU clock; it has ended");
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>The user and system time of this process, and of those that it started and that have ended, such as other load generators.</summary>
    public static TimeSpan CpuTimeWithEndedChildren()
    {
        const int waitedUser = 13, waitedSystem = 14;
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return CpuTimeOf(Environment.ProcessId) + TimeSpan.FromSeconds((long.Parse(fields[waitedUser]) + long.Parse(fields[waitedSystem])) / TicksPerSecond);
    }

    public static void RequestEnd(int process) => _ = SendSignal(process, Terminate);

    public static int[] ChildrenOf(int parent) =>
    [
        .. from directory in Directory.EnumerateDirectories("/proc")
           let name = Path.GetFileName(directory)
           where int.TryParse(name, out _)
           where ParentOf(directory) == parent
           select int.Parse(name),
    ];

    /// <summary>The current and the highest resident memory, in KiB.</summary>
    public static ResidentMemory MemoryOf(int process)
    {
        long now = 0, highest = 0;
        foreach (var line in File.ReadLines($"/proc/{process}/status"))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                now = KibibytesOf(line);
            else if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                highest = KibibytesOf(line);
        }

        return new ResidentMemory(now, highest);
    }

    /// <summary>The process's current memory, threads and descriptors.</summary>
    public static ProcessSize SizeOf(int process)
    {
        long proportional = 0;
        foreach (var line in File.ReadLines($"/proc/{process}/smaps_rollup"))
        {
            if (line.StartsWith("Pss:", StringComparison.Ordinal))
                proportional = KibibytesOf(line);
        }

        return new ProcessSize(
            MemoryOf(process).Now,
            proportional,
            Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count(),
            Directory.EnumerateDirectories($"/proc/{process}/task").Count());
    }

    /// <summary>The busy time of all processors together since the machine started, including time stolen by the host.</summary>
    public static TimeSpan MachineBusyTime()
    {
        const int idle = 3, waiting = 4, accounted = 8;
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        var busy = Enumerable.Range(0, accounted).Where(field => field is not (idle or waiting)).Sum(field => long.Parse(fields[field]));
        return TimeSpan.FromSeconds(busy / TicksPerSecond);
    }

    private static long KibibytesOf(string line) => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim());

    private static int ParentOf(string directory)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(directory, "stat"));
            // The name is in parentheses and may hold spaces.
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpecification time);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpecification
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}

/// <summary>Resident memory in KiB.</summary>
internal readonly record struct ResidentMemory(long Now, long Highest);

/// <summary>The size of a process at one moment.</summary>
/// <param name="Resident">The resident memory in KiB.</param>
/// <param name="Proportional">The resident memory in KiB, with shared memory divided among the processes that share it.</param>
/// <param name="Descriptors">The number of open files and sockets.</param>
/// <param name="Threads">The number of running and waiting threads.</param>
internal readonly record struct ProcessSize(long Resident, long Proportional, int Descriptors, int Threads)
{
    public static ProcessSize operator +(ProcessSize one, ProcessSize other) =>
        new(one.Resident + other.Resident, one.Proportional + other.Proportional, one.Descriptors + other.Descriptors, one.Threads + other.Threads);
}
