using System.Runtime.InteropServices;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Reload;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Dragoman.Hosting;

/// <summary>
/// Reads the configuration again when one of its files has changed, and after SIGHUP. The files are looked at once a second: there is
/// no notification that works on all file systems of containers.
/// </summary>
/// <param name="runtime">The runtime of this process.</param>
/// <param name="reload">Reads the configuration.</param>
/// <param name="kestrel">The server's settings, of which a reload changes one.</param>
/// <param name="clock">Paces the looks.</param>
internal sealed class ConfigurationWatch(GatewayRuntime runtime, ConfigurationReload reload, IOptions<KestrelServerOptions> kestrel, TimeProvider clock) : IHostedService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource end = new();
    private PosixSignalRegistration? signal;
    private ITimer? timer;
    private string? candidate;
    private int isDisposed;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        runtime.Adopted += Apply;
        var ending = end.Token;
        signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = reload.RunAsync("the process got SIGHUP", ending);
        });
        timer = clock.CreateTimer(_ => _ = LookAsync(ending), null, Pause, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) == 1)
            return;
        runtime.Adopted -= Apply;
        signal?.Dispose();
        timer?.Dispose();
        end.Cancel();
        end.Dispose();
    }

    /// <summary>A state is read when it is the same in two looks: a file that is being written is not read by half.</summary>
    private async Task LookAsync(CancellationToken ending)
    {
        try
        {
            var state = reload.FindNewState();
            if (state is not null && state == candidate)
            {
                candidate = null;
                await reload.RunAsync("its files have changed", ending).ConfigureAwait(false);
            }
            else
            {
                candidate = state;
            }

            await reload.RemindAsync(ending).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The process stops.
        }
        finally
        {
            if (!ending.IsCancellationRequested)
                timer?.Change(Pause, Timeout.InfiniteTimeSpan);
        }
    }

    private void Apply(GatewaySnapshot snapshot) => GatewayServices.Limit(kestrel.Value.Limits, snapshot.Configuration.Limits);
}
