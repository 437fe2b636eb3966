using System.Net;
using Dragoman.Access;
using Dragoman.Endpoints;
using Dragoman.Pipeline;
using Dragoman.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dragoman.Hosting;

/// <summary>Runs the gateway in a process. Both executables call it, with different names and ports.</summary>
public static class GatewayHost
{
    private const int CannotOpen = 1;

    /// <summary>How long, after the drain, clients get to receive the end of their answers.</summary>
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(2);

    /// <summary>Longer than the 3 s after which nginx closes an idle connection to a sidecar (nginx.conf).</summary>
    private static readonly TimeSpan FrontIdleTime = TimeSpan.FromSeconds(5);

    /// <summary>The bytes of a connection that are read ahead; the headers must fit in.</summary>
    private const int ReadAhead = 64 * 1024;

    /// <summary>The connections that may wait to be accepted; Linux lowers it to <c>net.core.somaxconn</c>.</summary>
    private const int WaitingConnections = 4096;

    /// <summary>Serves until the process receives a stop signal.</summary>
    /// <param name="arguments">The arguments of the process; see <see cref="StartSettings"/>.</param>
    /// <param name="name">The executable's name, for its first line of output.</param>
    /// <param name="portVariable">The environment variable with the port; 0 takes any free port.</param>
    /// <param name="defaultPort">The port when neither an argument nor the variable sets one.</param>
    /// <param name="handsOver">See <see cref="GatewayRuntime.HandsOver"/>.</param>
    /// <returns>
    /// The exit code: 0 after a normal end, 1 when the port cannot be opened, the process that was asked for its health does not
    /// accept requests, or something unexpected failed, 2 after a mistake in an argument, a variable or the configuration.
    /// </returns>
    public static Task<int> RunAsync(string[] arguments, string name, string portVariable, int defaultPort, bool handsOver) =>
        Unexpected.CatchAsync(name, () => StartAsync(arguments, name, portVariable, defaultPort, handsOver));

    private static async Task<int> StartAsync(string[] arguments, string name, string portVariable, int defaultPort, bool handsOver)
    {
        SocketScheduling.ApplyToProcess();
        using var signals = new StopSignals();
        if (StartSnapshot.TryRead(arguments, name, portVariable, defaultPort, out var settings, out var page) is not { } snapshot)
        {
            if (page is null)
                return StartSnapshot.MistakeExitCode;
            return page.Length == 0 || StandardStreams.TryWriteLine(page) is null ? 0 : CannotOpen;
        }

        var (address, port) = (settings.Address, settings.Port);
        if (settings.AsksForHealth)
        {
            using (snapshot)
                return await HealthQuestion.AskAsync(name, address, port).ConfigureAwait(false);
        }

        var listening = new ListeningPort();
        var app = Build(snapshot, TimeProvider.System, address, port, handsOver, listening, settings.Telemetry, name);
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
            foreach (var notice in settings.Notices.Concat(GatewayServices.Notices(app.Services)))
                output.Say($"{name}: {notice}");
            Unexpected.BeginsToServe();
            await signals.Stop.ConfigureAwait(false);
            await StopAsync(app, listening, signals.Hurry).ConfigureAwait(false);
            await TelemetryExport.EndAsync(app.Services, ShutdownTime).ConfigureAwait(false);
        }

        return 0;
    }

    /// <summary>
    /// Rejects new requests and lets running ones continue for the time of the drain. Meanwhile the port stays open, so that a
    /// rejection can be sent as an error; it closes before the connections do. When nginx knows another sidecar, the port closes
    /// first: nginx opens a new connection for a request whose body it does not buffer, and when that connection is refused it
    /// sends the request to the other sidecar.
    /// </summary>
    private static async Task StopAsync(WebApplication app, ListeningPort listening, CancellationToken hurry)
    {
        var runtime = app.Services.GetRequiredService<GatewayRuntime>();
        var drain = runtime.Drain;
        // The Functions process gets no requests in that way, and the Functions host does not try another process.
        var closesFirst = runtime is { HandsOver: true, HasSiblings: true };
        if (closesFirst)
            await listening.CloseAsync().ConfigureAwait(false);
        await GatewayServices.DrainAsync(app.Services, TimeSpan.MaxValue, ShutdownTime, hurry).ConfigureAwait(false);
        if (runtime.HasSiblings)
        {
            if (!closesFirst)
                await listening.CloseAsync().ConfigureAwait(false);
            // nginx closes the idle connections: if this process closed one while nginx sends a request on it, nginx would not send it again.
            await listening.WaitUntilEmptyAsync(FrontIdleTime, hurry).ConfigureAwait(false);
        }

        await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        // Connections of clients that did not read are closed by now; their usage may still have to be settled.
        await drain.WaitAsync(ShutdownTime, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Builds the gateway to listen on an address; port 0 takes any free port.</summary>
    /// <param name="snapshot">The configuration that the process runs with; the application disposes it.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="address">The address to listen on.</param>
    /// <param name="port">The port to listen on.</param>
    /// <param name="handsOver">See <see cref="GatewayRuntime.HandsOver"/>.</param>
    /// <param name="access">Decides who may call; null for what the configuration says.</param>
    public static WebApplication Build(GatewaySnapshot snapshot, TimeProvider clock, IPAddress address, int port, bool handsOver, IAccessPolicy? access = null) =>
        Build(snapshot, clock, address, port, handsOver, new ListeningPort(), TelemetrySettings.Off, "", access);

    private static WebApplication Build(
        GatewaySnapshot snapshot,
        TimeProvider clock,
        IPAddress address,
        int port,
        bool handsOver,
        ListeningPort listening,
        TelemetrySettings telemetry,
        string name,
        IAccessPolicy? access = null)
    {
        // The empty builder reads no configuration files and no variables of the web framework, and has only the features that are added here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            GatewayServices.Limit(kestrel, snapshot.Configuration.Limits);
            kestrel.Listen(address, port, options => options.Use(listening.Count));
            if (snapshot.Configuration.Access.AdminPort is { } adminPort && handsOver)
                kestrel.Listen(address, adminPort);
            if (telemetry.Prometheus is { } metrics)
                kestrel.Listen(metrics);
        });
        builder.WebHost.UseSockets(sockets =>
        {
            SocketScheduling.Apply(sockets);
            sockets.Backlog = WaitingConnections;
            // What a connection reads ahead is not counted for any request, and the default is 1 MiB.
            sockets.MaxReadBufferSize = ReadAhead;
            sockets.CreateBoundListenSocket = listening.Open;
        });
        // Kestrel uses the factory that was added last.
        builder.Services.AddSingleton<IConnectionListenerFactory>(services =>
            new BoundedTransport(services.GetRequiredService<IOptions<SocketTransportOptions>>(), services.GetRequiredService<ILoggerFactory>(), clock));
        // The framework's own lifetime closes everything at the first signal.
        builder.Services.AddSingleton<IHostLifetime, LifetimeWithoutSignals>();
        // The container creates the log and so disposes it at the end, which writes the last lines.
        builder.Services.AddSingleton(_ => new ConsoleLog(Console.OpenStandardOutput(), TimeProvider.System));
        builder.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<ConsoleLog>());
        GatewayServices.Filter(builder.Logging);
        // A failure to open the port is reported in one sentence instead.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTime);
        builder.Services.AddGateway(snapshot, clock, handsOver, access);
        if (telemetry.IsOn)
            builder.Configuration.AddInMemoryCollection(telemetry.Variables);
        builder.Services.AddTelemetry(telemetry, name);
        var app = builder.Build();
        app.UsePrometheus(telemetry);
        app.Run(app.Services.GetRequiredService<Gateway>().HandleAsync);
        return app;
    }

    private sealed class LifetimeWithoutSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
