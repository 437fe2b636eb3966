using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dragoman.FunctionsHost;

/// <summary>
/// A small Functions host for workers of .NET. It speaks the real protocol with the worker and forwards HTTP as the real host
/// does (specs/functions-worker.md 3), but without keys, scaling and everything else that Azure adds.
/// </summary>
public sealed class WorkerHost : IAsyncDisposable
{
    /// <summary>How long the host waits for the end of a worker that it has told to end, before it kills it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly WorkerApp app;
    private readonly WorkerService service = new();
    private readonly HttpForwarding forwarding = new();
    private readonly ConcurrentQueue<string> lines = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly WebApplication forWorkers;
    private readonly WebApplication forClients;
    private Task<(Worker Worker, FunctionMatcher Matcher)> current = null!;
    private int started;
    private volatile bool isEnding;

    private WorkerHost(WorkerApp app)
    {
        this.app = app;
        forWorkers = Build(HttpProtocols.Http2, 0, services => services.AddSingleton(service).AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = null));
        forWorkers.MapGrpcService<WorkerService>();
        forClients = Build(HttpProtocols.Http1, app.Port, services => services.AddRouting());
        forClients.Run(AnswerAsync);
    }

    /// <summary>The address for clients.</summary>
    public Uri Address => new(forClients.Urls.Single());

    /// <summary>The address for workers.</summary>
    public Uri AddressForWorkers => new(forWorkers.Urls.Single());

    /// <summary>The output and the log of all workers.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>The invocations that failed, with the reason.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>The number of workers that were started.</summary>
    public int WorkerCount => Volatile.Read(ref started);

    /// <summary>The functions that the worker has described and loaded.</summary>
    public IReadOnlyList<FunctionRoute> Functions => Current.Functions;

    /// <summary>The worker's process.</summary>
    public int WorkerProcessId => Current.ProcessId;

    /// <summary>The address of the worker's own HTTP server.</summary>
    public Uri WorkerAddress => Current.Address;

    /// <summary>From the launch to the worker's answer to its initialization.</summary>
    public TimeSpan Initialized => Current.Initialized;

    /// <summary>From the launch until all functions are loaded.</summary>
    public TimeSpan Loaded => Current.Loaded;

    private Worker Current => current.IsCompletedSuccessfully ? current.Result.Worker : throw new InvalidOperationException("there is no worker");

    /// <summary>Starts the host and a worker, and waits until it has loaded its functions.</summary>
    /// <exception cref="WorkerEndedException">The worker ended before.</exception>
    public static async Task<WorkerHost> StartAsync(WorkerApp app)
    {
        var host = new WorkerHost(app);
        try
        {
            await host.forWorkers.StartAsync().ConfigureAwait(false);
            await host.forClients.StartAsync().ConfigureAwait(false);
            host.current = host.StartWorkerAsync();
            Interlocked.Increment(ref host.started);
            await host.current.ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tells the worker to end, and kills it after <see cref="Grace"/>.</summary>
    /// <returns>The exit code, or null if it had to be killed, and the time that it took.</returns>
    public async Task<(int? ExitCode, TimeSpan Time)> TerminateAsync()
    {
        isEnding = true;
        var (worker, _) = await current.ConfigureAwait(false);
        var since = Stopwatch.StartNew();
        worker.Channel.Terminate(Grace);
        try
        {
            return (await worker.Ended.WaitAsync(Grace).ConfigureAwait(false), since.Elapsed);
        }
        catch (TimeoutException)
        {
            worker.Kill();
            return (null, since.Elapsed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        isEnding = true;
        if (current is { IsCompletedSuccessfully: true } && !Current.Ended.IsCompleted)
            await TerminateAsync().ConfigureAwait(false);
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync().ConfigureAwait(false);
        foreach (var application in new[] { forClients, forWorkers })
        {
            await application.StopAsync(atOnce.Token).ConfigureAwait(false);
            await application.DisposeAsync().ConfigureAwait(false);
        }

        if (current is { IsCompletedSuccessfully: true })
            Current.Dispose();
        forwarding.Dispose();
    }

    private static WebApplication Build(HttpProtocols protocols, int port, Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = protocols);
        });
        add(builder.Services);
        return builder.Build();
    }

    private async Task<(Worker Worker, FunctionMatcher Matcher)> StartWorkerAsync()
    {
        var worker = await Worker.StartAsync(app, service, AddressForWorkers, lines).ConfigureAwait(false);
        _ = RestartAsync(worker);
        return (worker, new FunctionMatcher(worker.Functions, app.RoutePrefix(), forClients.Services.GetRequiredService<IInlineConstraintResolver>()));
    }

    /// <summary>Starts another worker when one has ended by itself. Meanwhile requests wait.</summary>
    private async Task RestartAsync(Worker worker)
    {
        await worker.Ended.ConfigureAwait(false);
        if (isEnding)
            return;
        // Counted afterwards: who has seen the count is answered by the new worker.
        current = StartWorkerAsync();
        Interlocked.Increment(ref started);
        worker.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var (worker, matcher) = await current.ConfigureAwait(false);
        if (matcher.Find(http) is not { } function)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var invocation = Guid.NewGuid().ToString();
        using var leaving = http.RequestAborted.Register(() => worker.Channel.Cancel(invocation));
        var invoking = worker.Channel.InvokeAsync(invocation, function.Id);
        var hasBody = false;
        try
        {
            using var answer = await forwarding.SendAsync(http, worker.Address, invocation).ConfigureAwait(false);
            hasBody = await HttpForwarding.CopyAsync(answer, http).ConfigureAwait(false);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            failures.Enqueue($"{function.Name}: {error.Message}");
            if (http.Response.HasStarted)
                http.Abort();
            else
                http.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        // Of the two answers, the one that reports a failure counts.
        if (await invoking.ConfigureAwait(false) is not { } failure)
            return;
        failures.Enqueue($"{function.Name}: {failure}; its HTTP answer was {http.Response.StatusCode}");
        if (hasBody)
        {
            http.Abort();
        }
        else
        {
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }
}
