using System.Globalization;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A process's use of resources, from <c>/proc</c>.</summary>
internal static class ProcessUse
{
    /// <summary>The number of open file descriptors, including connections.</summary>
    public static int Descriptors(int processId) => Directory.GetFileSystemEntries($"/proc/{processId}/fd").Length;

    /// <summary>The most resident memory since <see cref="ForgetPeak"/>, in bytes.</summary>
    public static long PeakMemory(int processId) => Status(processId, "VmHWM:");

    /// <summary>Resident memory, in bytes.</summary>
    public static long Memory(int processId) => Status(processId, "VmRSS:");

    public static void ForgetPeak(int processId) => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    private static long Status(int processId, string name)
    {
        var line = File.ReadLines($"/proc/{processId}/status").Single(each => each.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture);
    }
}
