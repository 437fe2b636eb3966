using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Connections;
using Dragoman.Endpoints;
using Dragoman.Pipeline;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dragoman.Hosting;

/// <summary>What a host needs to serve the gateway. <see cref="GatewayHost"/> uses it, and so does the worker of Azure Functions, whose framework builds the host itself.</summary>
public static class GatewayServices
{
    /// <summary>The slowest rate in bytes per second at which a client may read a response, after the grace time of a stalled client.</summary>
    private const double SlowestClient = 4096;

    /// <summary>Adds <see cref="Gateway"/> and what it uses.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="snapshot">The configuration that the process runs with; the services dispose it.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="handsOver">See <see cref="GatewayRuntime.HandsOver"/>.</param>
    /// <param name="access">Decides who may call; null for what the configuration says.</param>
    public static IServiceCollection AddGateway(
        this IServiceCollection services, GatewaySnapshot snapshot, TimeProvider clock, bool handsOver, IAccessPolicy? access = null)
    {
        var configuration = snapshot.Configuration;
        // The services dispose in the opposite order: first the runtime, then the policy, then the store.
        if (snapshot.Store is { } connection)
            services.AddSingleton(_ => connection.Open()).AddSingleton(_ => connection.OpenLedger());
        if (configuration.Source is not null)
        {
            services.AddHostedService(provider =>
            {
                var runtime = provider.GetRequiredService<GatewayRuntime>();
                return new ConfigurationWatch(runtime, runtime.Reload!, provider.GetRequiredService<IOptions<KestrelServerOptions>>(), clock);
            });
        }

        return services
            .AddSingleton(provider => access ?? ConfiguredAccess.Create(snapshot, provider.GetService<IDocumentStore>(), provider.GetService<ILedgerStore>(), clock, provider.GetRequiredService<ILoggerFactory>()))
            .AddSingleton(provider => new GatewayRuntime(
                snapshot, clock, provider.GetRequiredService<ILoggerFactory>(), handsOver, provider.GetRequiredService<IAccessPolicy>(), provider.GetService<IDocumentStore>(), provider.GetService<ILedgerStore>()))
            .AddSingleton<Gateway>();
    }

    /// <summary>Sets the server's limits, so that the gateway can answer beyond them in the client's dialect.</summary>
    public static void Limit(KestrelServerOptions kestrel, LimitSettings limits)
    {
        kestrel.AddServerHeader = false;
        // Step 1 enforces the limit and answers in the client's dialect.
        kestrel.Limits.MaxRequestBodySize = null;
        HeadLimits.Apply(kestrel.Limits);
        Limit(kestrel.Limits, limits);
    }

    /// <summary>Sets those of the server's limits that a reload changes too; they count for requests that begin afterwards.</summary>
    internal static void Limit(KestrelServerLimits kestrel, LimitSettings limits) =>
        kestrel.MinResponseDataRate = new MinDataRate(SlowestClient, limits.StalledClient);

    /// <summary>Leaves out the framework's lines about each request, which contain query strings.</summary>
    public static void Filter(ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // A listener of this category would cost an activity and a log scope for each request, and it logs nothing of use here.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }

    /// <summary>What the operator should know about the configuration and the machine when the process starts.</summary>
    /// <param name="services">The services of the host.</param>
    public static IEnumerable<string> Notices(IServiceProvider services)
    {
        var runtime = services.GetRequiredService<GatewayRuntime>();
        var configuration = runtime.Snapshot.Configuration;
        return [.. configuration.Notices, .. new[] { runtime.Snapshot.States.Notice, runtime.Memory.NoticeFor(configuration.Limits.RequestBytes), OpenFiles.Notice() }.OfType<string>()];
    }

    /// <summary>
    /// Rejects new requests and waits for the running ones. Those that take too long end with an error of their dialect.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="longest">The longest wait for requests that continue, if the configured one is longer.</param>
    /// <param name="lastWords">The longest wait after that, in which the clients receive the error.</param>
    /// <param name="hurry">Ends the first wait early.</param>
    /// <returns>Whether any request was running.</returns>
    public static async Task<bool> DrainAsync(IServiceProvider services, TimeSpan longest, TimeSpan lastWords, CancellationToken hurry)
    {
        var runtime = services.GetRequiredService<GatewayRuntime>();
        var (drain, configured) = (runtime.Drain, runtime.Snapshot.Configuration.Limits.Drain);
        drain.Begin();
        var anyRan = drain.Running > 0;
        if (!await drain.WaitAsync(configured < longest ? configured : longest, hurry).ConfigureAwait(false))
        {
            await drain.EndAsync().ConfigureAwait(false);
            await drain.WaitAsync(lastWords, CancellationToken.None).ConfigureAwait(false);
        }

        return anyRan;
    }
}
