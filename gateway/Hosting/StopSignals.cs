using System.Runtime.InteropServices;

namespace Dragoman.Hosting;

/// <summary>
/// SIGTERM, SIGINT and SIGQUIT: the first signal asks the process to stop, the second to hurry. The third has its default
/// effect. SIGHUP never ends the process: a terminal may have been closed. <see cref="ConfigurationWatch"/> reloads then.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource hurry = new();
    private readonly PosixSignalRegistration[] registrations;
    private int received;

    public StopSignals() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Receive),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, static signal => signal.Cancel = true),
    ];

    /// <summary>Completes with the first signal.</summary>
    public Task Stop => stop.Task;

    /// <summary>Is canceled by the second signal.</summary>
    public CancellationToken Hurry => hurry.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        hurry.Dispose();
    }

    private void Receive(PosixSignalContext signal)
    {
        var count = Interlocked.Increment(ref received);
        signal.Cancel = count <= 2;
        if (count == 1)
            stop.TrySetResult();
        else if (count == 2)
            hurry.Cancel();
    }
}
