using Dragoman.Bench.Load;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench;

/// <summary>An address to ask, and what else every request to it carries.</summary>
internal sealed record Entrance(Uri Address, params (string Name, string Value)[] Headers);

/// <summary>A way from the load generator to the upstream, ready to be asked.</summary>
/// <param name="way">What it is called.</param>
/// <param name="dialect">Spoken to its entrance.</param>
/// <param name="emulated">Where it leads to the emulator.</param>
/// <param name="recorded">Where it leads to the recording.</param>
/// <param name="hops">The processes on the way, the upstream excluded.</param>
internal sealed class Contender(Way way, ChatDialect dialect, Entrance emulated, Entrance recorded, params RunningProcess[] hops) : IDisposable
{
    private readonly ChatClient toEmulator = new(emulated, dialect);
    private readonly ChatClient toRecording = new(recorded, dialect);

    public Way Way => way;

    public string Name => way.Name;

    public ChatDialect Dialect => dialect;

    public RunningProcess[] Hops => hops;

    /// <summary>Takes part where the emulator's answers are streamed.</summary>
    public bool Streams { get; init; } = true;

    /// <summary>Takes part where the recording is streamed.</summary>
    public bool Floods { get; init; } = true;

    /// <summary>So slow that a turn of the same length would take minutes; it gets a quarter of the requests.</summary>
    public bool IsSlow { get; init; }

    public ChatClient ClientFor(Workload workload) => workload.IsRecorded ? toRecording : toEmulator;

    /// <summary>How much of a turn's load this contender gets.</summary>
    public int ShareOf(int requests) => IsSlow ? Math.Max(1, requests / 4) : requests;

    public void Dispose()
    {
        toEmulator.Dispose();
        toRecording.Dispose();
    }
}
