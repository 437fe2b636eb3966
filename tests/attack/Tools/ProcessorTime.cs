namespace Dragoman.Attack.Tools;

/// <summary>The CPU time of a process, which a busy machine changes less than wall-clock time.</summary>
internal static class ProcessorTime
{
    private const double TicksASecond = 100;

    /// <summary>CPU seconds in user and kernel mode since the process started, to a hundredth.</summary>
    public static double Of(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11]) + long.Parse(fields[12])) / TicksASecond;
    }
}
