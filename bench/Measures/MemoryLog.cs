using Dragoman.Bench.Figures;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Measures;

/// <summary>The resident memory of every process: idle before the load, the maximum under load, and idle after it.</summary>
internal sealed class MemoryLog(IReadOnlyList<RunningProcess> processes)
{
    public const string Idle = "idle";
    public const string UnderLoad = "under load, highest";
    public const string AfterLoad = "after load";

    private const string Unit = "MB";

    private readonly ResidentMemory[] idle = [.. processes.Select(process => process.Memory)];

    public void AddTo(FigureSet figures)
    {
        foreach (var (process, before) in processes.Zip(idle))
        {
            var after = process.Memory;
            figures.Add(Options.Memory, process.Name, Idle, Unit, Megabytes(before.Now));
            figures.Add(Options.Memory, process.Name, UnderLoad, Unit, Megabytes(after.Highest));
            figures.Add(Options.Memory, process.Name, AfterLoad, Unit, Megabytes(after.Now));
        }

        static double Megabytes(long kibibytes) => kibibytes * 1024 / 1e6;
    }
}
