using System.Diagnostics;

namespace Dragoman.Bench.Processes;

/// <summary>Measures the machine's load besides the measurement.</summary>
internal sealed class NoiseMeter
{
    private readonly long began = Stopwatch.GetTimestamp();
    private readonly TimeSpan machineBefore = LinuxProcess.MachineBusyTime();
    private readonly TimeSpan generatorBefore = LinuxProcess.CpuTimeWithEndedChildren();

    /// <summary>The mean number of processor cores that were busy with something else.</summary>
    /// <param name="ours">The measured processes.</param>
    /// <param name="before">Their CPU time when this meter started.</param>
    public double CoresTakenByOthers(IEnumerable<RunningProcess> ours, TimeSpan before = default)
    {
        var generator = LinuxProcess.CpuTimeWithEndedChildren() - generatorBefore;
        var all = LinuxProcess.MachineBusyTime() - machineBefore;
        var own = ours.Aggregate(generator, (sum, process) => sum + process.CpuTime);
        return Math.Max(0, (all - own + before) / Stopwatch.GetElapsedTime(began));
    }
}
