using System.Diagnostics;

namespace Dragoman.Bench.Processes;

/// <summary>Measures the machine's load besides the measurement.</summary>
internal sealed class NoiseMeter
{
    private readonly long began = Stopwatch.GetTimestamp();
    private readonly TimeSpan machineBefore = LinuxProcess.MachineBusyTime();
    private readonly TimeSpan generatorBefore = LinuxProcess.CpuTimeOf(Environment.ProcessId);

    /// <summary>The mean number of processor cores that were busy with something else.</summary>
    /// <param name="ours">The measured processes, started after this meter.</param>
    public double CoresTakenByOthers(IEnumerable<RunningProcess> ours)
    {
        var generator = LinuxProcess.CpuTimeOf(Environment.ProcessId) - generatorBefore;
        var all = LinuxProcess.MachineBusyTime() - machineBefore;
        var own = ours.Aggregate(generator, (sum, process) => sum + process.CpuTime);
        return Math.Max(0, (all - own) / Stopwatch.GetElapsedTime(began));
    }
}
