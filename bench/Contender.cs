using Dragoman.Bench.Load;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench;

/// <summary>An address for requests, and the headers of every request to it.</summary>
internal sealed record Entrance(Uri Address, params (string Name, string Value)[] Headers);

/// <summary>A running way from the load generator to the upstream.</summary>
/// <param name="way">The way's names.</param>
/// <param name="dialect">The dialect of its requests.</param>
/// <param name="emulated">The entrance that leads to the emulator.</param>
/// <param name="recorded">The entrance that leads to the recording.</param>
/// <param name="hops">The processes on the way, without the upstream.</param>
internal sealed class Contender(Way way, ChatDialect dialect, Entrance emulated, Entrance recorded, params RunningProcess[] hops) : IDisposable
{
    private readonly ChatClient toEmulator = new(emulated, dialect);
    private readonly ChatClient toRecording = new(recorded, dialect);

    public Way Way => way;

    public string Name => way.Name;

    public ChatDialect Dialect => dialect;

    public RunningProcess[] Hops => hops;

    /// <summary>Whether it takes part in measures that stream the emulator's answers.</summary>
    public bool Streams { get; init; } = true;

    /// <summary>Whether it takes part in measures that stream the recording.</summary>
    public bool Floods { get; init; } = true;

    /// <summary>Whether it is so slow that a turn would take minutes. It then gets a quarter of the requests.</summary>
    public bool IsSlow { get; init; }

    public ChatClient ClientFor(Workload workload) => workload.IsRecorded ? toRecording : toEmulator;

    /// <summary>The number of a turn's requests that this contender gets.</summary>
    public int ShareOf(int requests) => IsSlow ? Math.Max(1, requests / 4) : requests;

    public void Dispose()
    {
        toEmulator.Dispose();
        toRecording.Dispose();
    }
}
