using System.Collections.Concurrent;
using System.Diagnostics;

namespace Dragoman.FunctionsHost;

/// <summary>A worker that has loaded its functions.</summary>
internal sealed class Worker : IDisposable
{
    private readonly WorkerProcess process;

    private Worker(WorkerProcess process, WorkerChannel channel, Uri address, IReadOnlyList<FunctionRoute> functions)
    {
        this.process = process;
        Channel = channel;
        Address = address;
        Functions = functions;
    }

    public int ProcessId => process.Id;

    public WorkerChannel Channel { get; }

    /// <summary>The address that takes the requests.</summary>
    public Uri Address { get; }

    public IReadOnlyList<FunctionRoute> Functions { get; }

    /// <summary>The exit code, once the process has ended.</summary>
    public Task<int> Ended => process.Ended;

    /// <summary>From the launch to the worker's answer to its initialization.</summary>
    public TimeSpan Initialized { get; private init; }

    /// <summary>From the launch until all functions are loaded.</summary>
    public TimeSpan Loaded { get; private init; }

    /// <summary>Starts a worker.</summary>
    /// <exception cref="InvalidOperationException">The worker ended before it was ready.</exception>
    public static async Task<Worker> StartAsync(WorkerApp app, WorkerService service, Uri host, ConcurrentQueue<string> lines)
    {
        var id = Guid.NewGuid().ToString();
        var channel = new WorkerChannel(lines);
        service.Expect(id, channel);
        var since = Stopwatch.StartNew();
        var process = new WorkerProcess(app, id, host, lines);
        try
        {
            await BeforeTheEndAsync(channel.Connected).ConfigureAwait(false);
            var initializing = channel.InitializeAsync(app.Folder);
            await BeforeTheEndAsync(initializing).ConfigureAwait(false);
            var initialized = since.Elapsed;
            var loading = channel.LoadAsync(app.Folder);
            await BeforeTheEndAsync(loading).ConfigureAwait(false);
            return new Worker(process, channel, await initializing.ConfigureAwait(false), await loading.ConfigureAwait(false))
            {
                Initialized = initialized,
                Loaded = since.Elapsed,
            };
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }

        async Task BeforeTheEndAsync(Task step)
        {
            if (await Task.WhenAny(step, process.Ended).ConfigureAwait(false) != step)
                throw new WorkerEndedException(await process.Ended.ConfigureAwait(false), lines);
            await step.ConfigureAwait(false);
        }
    }

    /// <summary>Ends the process at once.</summary>
    public void Kill() => process.Kill();

    public void Dispose()
    {
        process.Kill();
        Channel.Close();
        process.Dispose();
    }
}
