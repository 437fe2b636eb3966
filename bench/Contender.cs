using Dragoman.Bench.Load;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench;

/// <summary>A way from the load generator to the upstream.</summary>
/// <param name="name">As the tables show it.</param>
/// <param name="dialect">Spoken to its entrance.</param>
/// <param name="emulated">Where it leads to the emulator.</param>
/// <param name="recorded">Where it leads to the recording.</param>
/// <param name="hops">The processes on the way, the upstream excluded.</param>
/// <param name="streams">Takes part where the emulator's answers are streamed.</param>
/// <param name="floods">Takes part where the recording is streamed.</param>
internal sealed class Contender(string name, ChatDialect dialect, Uri emulated, Uri recorded, RunningProcess[] hops, bool streams = true, bool floods = true) : IDisposable
{
    private readonly ChatClient toEmulator = new(emulated, dialect);
    private readonly ChatClient toRecording = new(recorded, dialect);

    public string Name => name;

    public ChatDialect Dialect => dialect;

    public RunningProcess[] Hops => hops;

    public bool Streams => streams;

    public bool Floods => floods;

    public ChatClient ClientFor(Workload workload) => workload.IsRecorded ? toRecording : toEmulator;

    public void Dispose()
    {
        toEmulator.Dispose();
        toRecording.Dispose();
    }
}
