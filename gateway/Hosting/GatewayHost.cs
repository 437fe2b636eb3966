using System.Net;
using Dragoman.Configuration;
using Dragoman.Connections;
using Dragoman.Endpoints;
using Dragoman.Pipeline;
using Dragoman.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dragoman.Hosting;

/// <summary>Runs the gateway in a process. Both executables are this with another name and port.</summary>
public static class GatewayHost
{
    private const int ConfigurationMistake = 2;
    private const int CannotOpen = 1;

    /// <summary>For last words to clients that read them, after the drain.</summary>
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(2);

    /// <summary>nginx closes connections to a sidecar that were idle for 3 s (nginx.conf).</summary>
    private static readonly TimeSpan FrontIdleTime = TimeSpan.FromSeconds(5);

    /// <summary>Bytes a second of an answer that is not streamed; its time counts from what a stalled client is given.</summary>
    private const double SlowestClient = 4096;

    /// <summary>Bytes of a connection that are read before they are asked for; headers have to fit in.</summary>
    private const int ReadAhead = 64 * 1024;

    /// <summary>Connections that wait to be accepted; Linux cuts it down to <c>net.core.somaxconn</c>.</summary>
    private const int WaitingConnections = 4096;

    /// <summary>Serves until the process is told to stop.</summary>
    /// <param name="arguments">Of the process; see <see cref="StartSettings"/>.</param>
    /// <param name="name">The executable's name, for its first line of output.</param>
    /// <param name="portVariable">The environment variable that holds the port; 0 takes any free one.</param>
    /// <param name="defaultPort">Used when the variable is not set.</param>
    /// <param name="handsOver">See <see cref="GatewayRuntime.HandsOver"/>.</param>
    /// <returns>
    /// The exit code: 0 after a normal end, 1 when the port cannot be opened or something unexpected failed, 2 after a
    /// mistake in an argument, a variable or the configuration.
    /// </returns>
    public static Task<int> RunAsync(string[] arguments, string name, string portVariable, int defaultPort, bool handsOver) =>
        Unexpected.CatchAsync(name, () => StartAsync(arguments, name, portVariable, defaultPort, handsOver));

    private static async Task<int> StartAsync(string[] arguments, string name, string portVariable, int defaultPort, bool handsOver)
    {
        SocketScheduling.ApplyToProcess();
        using var signals = new StopSignals();
        GatewaySnapshot snapshot;
        StartSettings settings;
        try
        {
            settings = StartSettings.Read(arguments, ProcessEnvironment.Read(), name, portVariable, defaultPort, out var page);
            if (page is not null)
                return StandardStreams.TryWriteLine(page) is null ? 0 : CannotOpen;
            OpenNetwork.RefuseUnlessAllowed(settings.Address, settings.Configuration.Access);
            snapshot = new GatewaySnapshot(settings.Configuration, TimeProvider.System);
        }
        catch (ConfigurationException error)
        {
            foreach (var mistake in error.Mistakes)
                StandardStreams.WriteErrorLine($"{name}: {Printable.Line(mistake)}");
            return ConfigurationMistake;
        }

        var (address, port) = (settings.Address, settings.Port);
        var listening = new ListeningPort();
        var app = Build(snapshot, TimeProvider.System, address, port, handsOver, listening);
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await app.StartAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (ListenAddress.IsOpeningFailure(error))
            {
                StandardStreams.WriteErrorLine($"{name}: {ListenAddress.DescribeFailure(address, port, error)}");
                return CannotOpen;
            }

            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
            if (!StandardStreams.TryAnnounce(name, $"{name} listening on {addresses.Addresses.First()}"))
                return CannotOpen;
            var output = app.Services.GetRequiredService<ConsoleLog>();
            output.Say($"{name}: {OpenNetwork.Notice(address, new Uri(addresses.Addresses.First()).Port, snapshot.Configuration.Access)}");
            foreach (var notice in snapshot.Configuration.Notices)
                output.Say($"{name}: {notice}");
            if (app.Services.GetRequiredService<GatewayRuntime>().Memory.NoticeFor(snapshot.Configuration.Limits.RequestBytes) is { } lowMemory)
                output.Say($"{name}: {lowMemory}");
            if (OpenFiles.Notice() is { } lowLimit)
                output.Say($"{name}: {lowLimit}");
            Unexpected.BeginsToServe();
            await signals.Stop.ConfigureAwait(false);
            await StopAsync(app, listening, signals.Hurry).ConfigureAwait(false);
        }

        return 0;
    }

    /// <summary>
    /// Refuses what is new and lets what runs go on for its time. The port stays open meanwhile, so that a refusal has
    /// words; it closes before the connections do. Where nginx has another sidecar it closes first of all: a request whose
    /// body nginx does not keep comes by a connection of its own, and goes to the other one when that is refused.
    /// </summary>
    private static async Task StopAsync(WebApplication app, ListeningPort listening, CancellationToken hurry)
    {
        var runtime = app.Services.GetRequiredService<GatewayRuntime>();
        var drain = runtime.Drain;
        // Functions are not asked that way, and the Functions host does not look for another one.
        var closesFirst = runtime is { HandsOver: true, HasSiblings: true };
        if (closesFirst)
            await listening.CloseAsync().ConfigureAwait(false);
        drain.Begin();
        if (!await drain.WaitAsync(runtime.Snapshot.Configuration.Limits.Drain, hurry).ConfigureAwait(false))
        {
            await drain.EndAsync().ConfigureAwait(false);
            await drain.WaitAsync(ShutdownTime, CancellationToken.None).ConfigureAwait(false);
        }

        if (runtime.HasSiblings)
        {
            if (!closesFirst)
                await listening.CloseAsync().ConfigureAwait(false);
            // A connection closed from here could meet a request that nginx is just sending on it, and would not send again.
            await listening.WaitUntilEmptyAsync(FrontIdleTime, hurry).ConfigureAwait(false);
        }

        await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        // Clients that did not read have been cut off by now; what they used is still to be settled.
        await drain.WaitAsync(ShutdownTime, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The gateway on an address of its own; port 0 takes any free one.</summary>
    public static WebApplication Build(GatewaySnapshot snapshot, TimeProvider clock, IPAddress address, int port, bool handsOver) =>
        Build(snapshot, clock, address, port, handsOver, new ListeningPort());

    private static WebApplication Build(GatewaySnapshot snapshot, TimeProvider clock, IPAddress address, int port, bool handsOver, ListeningPort listening)
    {
        // Empty: no configuration files, no variables of the web framework, no features that are not named here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Step 1 has the limit, and answers it in the client's dialect.
            kestrel.Limits.MaxRequestBodySize = null;
            HeadLimits.Apply(kestrel.Limits);
            kestrel.Limits.MinResponseDataRate = new MinDataRate(SlowestClient, snapshot.Configuration.Limits.StalledClient);
            kestrel.Listen(address, port, options => options.Use(listening.Count));
        });
        builder.WebHost.UseSockets(sockets =>
        {
            SocketScheduling.Apply(sockets);
            sockets.Backlog = WaitingConnections;
            // What a connection takes in ahead of us is not counted to any request, and by itself it is 1 MiB.
            sockets.MaxReadBufferSize = ReadAhead;
            sockets.CreateBoundListenSocket = listening.Open;
        });
        // Kestrel takes the last one.
        builder.Services.AddSingleton<IConnectionListenerFactory>(services =>
            new BoundedTransport(services.GetRequiredService<IOptions<SocketTransportOptions>>(), services.GetRequiredService<ILoggerFactory>(), clock));
        // The web framework's own would answer a signal by closing everything.
        builder.Services.AddSingleton<IHostLifetime, LifetimeWithoutSignals>();
        // Made by the container, which then writes the last lines when it ends.
        builder.Services.AddSingleton(_ => new ConsoleLog(Console.OpenStandardOutput(), TimeProvider.System));
        builder.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<ConsoleLog>());
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // What keeps the port from opening is told in a sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // Whoever listens to it pays for an activity and a log scope with each request, and it has nothing to say here.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTime);
        builder.Services.AddSingleton(services => new GatewayRuntime(snapshot, clock, services.GetRequiredService<ILoggerFactory>(), handsOver));
        builder.Services.AddSingleton<Gateway>();
        var app = builder.Build();
        app.Run(app.Services.GetRequiredService<Gateway>().HandleAsync);
        return app;
    }

    private sealed class LifetimeWithoutSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
