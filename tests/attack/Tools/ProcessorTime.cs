namespace Dragoman.Attack.Tools;

/// <summary>What a process took of the processors: a busy machine does not change it much, as it does a clock's time.</summary>
internal static class ProcessorTime
{
    private const double TicksASecond = 100;

    /// <summary>Seconds since the process began, in user and kernel mode, to a hundredth.</summary>
    public static double Of(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11]) + long.Parse(fields[12])) / TicksASecond;
    }
}
