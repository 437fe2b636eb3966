using System.Diagnostics;

namespace Dragoman.Bench.Processes;

/// <summary>A group of processes and their directory. Disposing it ends all of them, the last one first.</summary>
internal sealed class ProcessGroup : IAsyncDisposable
{
    private readonly List<RunningProcess> members = [];

    public ProcessGroup()
    {
        // nginx started by root runs its workers as nobody, which must be able to enter.
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("dragoman-bench-").FullName;

    public IReadOnlyList<RunningProcess> Members => members;

    public static string ExecutableOf(string repository, string name) => System.IO.Path.Combine(repository, "artifacts", name, $"dragoman-{name}");

    /// <summary>Starts a program that reports its address.</summary>
    public async Task<(RunningProcess Process, Uri Address)> StartAsync(string name, string[] command, Dictionary<string, string> environment)
    {
        var (process, address) = await RunningProcess.StartAnnouncedAsync(name, Path, command, environment);
        members.Add(process);
        return (process, address);
    }

    /// <summary>Starts a program that listens at a given port.</summary>
    public async Task<(RunningProcess Process, Uri Address)> StartListeningAsync(string name, string[] command, Dictionary<string, string> environment, int port)
    {
        var process = await RunningProcess.StartListeningAsync(name, Path, command, environment, port);
        members.Add(process);
        return (process, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>Starts nginx with the <c>nginx.conf</c> in <paramref name="home"/>.</summary>
    public async Task<(RunningProcess Process, Uri Address)> StartNginxAsync(string name, string home, int port)
    {
        var process = await RunningProcess.StartNginxAsync(name, NginxPath, home, port);
        members.Add(process);
        return (process, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>Starts nginx with Dragoman's own files.</summary>
    /// <param name="repository">The repository's root.</param>
    /// <param name="name">The name of the process.</param>
    /// <param name="sidecar">The sidecar's address.</param>
    /// <param name="functions">The functions' address, or null without functions.</param>
    public async Task<(RunningProcess Process, Uri Address)> StartFrontAsync(string repository, string name, Uri sidecar, Uri? functions)
    {
        var home = System.IO.Path.Combine(Path, name);
        var port = RunningProcess.FreePort();
        var render = new ProcessStartInfo(System.IO.Path.Combine(repository, "nginx", "render.sh"), [home]);
        ChildEnvironment.Apply(render, new()
        {
            ["DRAGOMAN_NGINX_LISTEN"] = $"127.0.0.1:{port}",
            ["DRAGOMAN_SIDECAR"] = sidecar.Authority,
            ["DRAGOMAN_FUNCTIONS"] = functions?.Authority ?? "",
            ["DRAGOMAN_ACCESS_LOG"] = System.IO.Path.Combine(home, "access.log"),
        });
        using (var rendering = Process.Start(render)!)
        {
            await rendering.WaitForExitAsync();
            if (rendering.ExitCode != 0)
                throw new InvalidOperationException("nginx/render.sh failed");
        }

        return await StartNginxAsync(name, home, port);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(members))
            await process.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }

    /// <summary>Set by run.sh, which installs nginx where it is missing.</summary>
    private static string NginxPath => Environment.GetEnvironmentVariable("BENCH_NGINX") ?? "nginx";
}
