using Dragoman.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Dragoman.Functions.Isolated;

/// <summary>
/// Lets running requests continue for a while after the host has told the worker to end, before the server stops. Those that
/// take longer end with an error of their dialect. All of it fits into the 5 s after which the host kills the process.
/// </summary>
/// <param name="services">The services of the worker.</param>
/// <param name="clock">Measures the last waits.</param>
internal sealed class DrainBeforeStop(IServiceProvider services, TimeProvider clock) : IHostedLifecycleService
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(2_500);

    /// <summary>How long clients get to receive the error.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(800);

    /// <summary>How long invocations get to end after their answers.</summary>
    private static readonly TimeSpan LastEnds = TimeSpan.FromMilliseconds(700);

    /// <summary>
    /// How long the ends of invocations get to reach the host. The framework does not tell when it has sent them. An invocation
    /// without an end is a failure for the host, which then cuts the client's answer.
    /// </summary>
    private static readonly TimeSpan LastMessages = TimeSpan.FromMilliseconds(500);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Comes before any hosted service stops, in whatever order they were added.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (!await GatewayServices.DrainAsync(services, Longest, LastWords, cancellationToken).ConfigureAwait(false))
            return;
        await Task.WhenAny(
            services.GetRequiredService<RunningInvocations>().NoneAsync(cancellationToken),
            Task.Delay(LastEnds, clock, cancellationToken)).ConfigureAwait(false);
        await Task.Delay(LastMessages, clock, cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
