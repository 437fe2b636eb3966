using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Dragoman.Bench.Processes;

/// <summary>A measured process. Its output goes to a file, so that reading it costs the load generator nothing.</summary>
internal sealed partial class RunningProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10);

    private readonly Process process;
    private readonly string log;
    private int[] members;

    private RunningProcess(string name, Process process, string log)
    {
        Name = name;
        this.process = process;
        this.log = log;
        members = [process.Id];
    }

    public string Name { get; }

    /// <summary>The user and system time so far, including workers.</summary>
    public TimeSpan CpuTime => new(members.Sum(member => LinuxProcess.CpuTimeOf(member).Ticks));

    /// <summary>The resident memory including workers. Shared pages count for each of them.</summary>
    public ResidentMemory Memory
    {
        get
        {
            var each = members.Select(LinuxProcess.MemoryOf).ToArray();
            return new ResidentMemory(each.Sum(memory => memory.Now), each.Sum(memory => memory.Highest));
        }
    }

    /// <summary>The size including workers.</summary>
    public ProcessSize Size => members.Select(LinuxProcess.SizeOf).Aggregate((sum, member) => sum + member);

    /// <summary>Starts a program that reports its address.</summary>
    /// <returns>The process and its address.</returns>
    public static async Task<(RunningProcess Process, Uri Address)> StartAnnouncedAsync(string name, string directory, string[] command, Dictionary<string, string> environment)
    {
        var running = Start(name, directory, command, environment);
        var address = await running.AwaitAsync(() => Announcement().Match(File.ReadAllText(running.log)) is { Success: true } line
            ? Task.FromResult<Uri?>(new Uri(line.Groups["address"].Value))
            : Task.FromResult<Uri?>(null));
        return (running, address);
    }

    /// <summary>Starts nginx with its configuration in <paramref name="directory"/>.</summary>
    public static async Task<RunningProcess> StartNginxAsync(string name, string nginx, string directory, int port)
    {
        var running = await StartListeningAsync(name, directory, [nginx, "-e", "stderr", "-p", directory, "-c", Path.Combine(directory, "nginx.conf"), "-g", "daemon off;"], [], port);
        // The port is open before the last worker runs. Both configurations ask for one worker per core.
        var workers = await running.AwaitAsync(() => Task.FromResult(LinuxProcess.ChildrenOf(running.process.Id) is var children && children.Length >= Environment.ProcessorCount ? children : null));
        running.members = [running.process.Id, .. workers];
        return running;
    }

    /// <summary>Starts a program that listens at a given port.</summary>
    public static async Task<RunningProcess> StartListeningAsync(string name, string directory, string[] command, Dictionary<string, string> environment, int port)
    {
        var running = Start(name, directory, command, environment);
        await running.AwaitAsync(async () =>
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return "open";
            }
            catch (SocketException)
            {
                return null;
            }
        });
        return running;
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        LinuxProcess.RequestEnd(process.Id);
        using var deadline = new CancellationTokenSource(StopDeadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static RunningProcess Start(string name, string directory, string[] command, Dictionary<string, string> environment)
    {
        var log = Path.Combine(directory, $"{name}.log");
        File.WriteAllText(log, "");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", log, .. command]) { WorkingDirectory = directory };
        ChildEnvironment.Apply(start, environment);
        return new RunningProcess(name, Process.Start(start)!, log);
    }

    /// <summary>Waits until the process has started. One that does not start is ended.</summary>
    private async Task<T> AwaitAsync<T>(Func<Task<T?>> look) where T : class
    {
        var began = Stopwatch.StartNew();
        while (await look() is var found)
        {
            if (found is not null)
                return found;
            if (process.HasExited || began.Elapsed > StartDeadline)
                break;
            await Task.Delay(20);
        }

        var lastWords = await File.ReadAllTextAsync(log);
        await DisposeAsync();
        throw new InvalidOperationException($"{Name} did not start; its last words: {lastWords}");
    }

    [GeneratedRegex(@"^dragoman-\S+ listening on (?<address>http://127\.0\.0\.1:\d+)", RegexOptions.Multiline)]
    private static partial Regex Announcement();
}
