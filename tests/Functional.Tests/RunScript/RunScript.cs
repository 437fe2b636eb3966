using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Functional.Tests.RunScript;

/// <summary><c>./run.sh</c> on a free port, with a separate temporary directory that shows which files it leaves behind.</summary>
internal sealed partial class RunScript : IAsyncDisposable
{
    // The first run builds everything.
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);

    // Shorter than run.sh's own deadline, after which it kills what has not ended.
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(14);

    private readonly ScratchDirectory directory;
    private readonly RunningProcess script;

    private RunScript(ScratchDirectory directory, RunningProcess script, string port)
    {
        this.directory = directory;
        this.script = script;
        Port = port;
    }

    public string Port { get; }

    public string Output => this.script.Log;

    /// <summary>Starts the script from a directory outside the repository, with its output in a pipe.</summary>
    public static RunScript Launch(string port, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var directory = new ScratchDirectory();
        var complete = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>())
        {
            ["PORT"] = port,
            ["TMPDIR"] = directory.Path,
            ["DRAGOMAN_DATA"] = directory.File("data"),
        };
        return new RunScript(
            directory, RunningProcess.Start(Path.Combine(Repository.Root, "run.sh"), [], complete, directory.Path), port);
    }

    /// <summary>Starts the script and waits until it reports that everything runs.</summary>
    public static async Task<RunScript> StartAsync(IReadOnlyDictionary<string, string?>? environment = null)
    {
        var script = Launch($"{FreePort.Find()}", environment);
        try
        {
            await script.script.LineAsync(EverythingRuns(), StartDeadline);
        }
        catch
        {
            await script.DisposeAsync();
            throw;
        }
        return script;
    }

    public HttpClient Client() => PlainHttpClient.For(new Uri($"http://127.0.0.1:{Port}"));

    public Task<int> TerminateAsync() => this.script.TerminateAsync(StopDeadline);

    public Task<int> InterruptAsync() => this.script.InterruptAsync(StopDeadline);

    public Task<int> ExitAsync() => this.script.ExitAsync(StartDeadline);

    /// <summary>Kills the script itself, which then cannot clean up.</summary>
    public Task KillAsync() => this.script.KillAsync();

    /// <summary>Closes the script's terminal.</summary>
    public void HangUp() => this.script.HangUp();

    /// <summary>Kills the child with this name, as the out-of-memory killer would.</summary>
    /// <returns>Its process id.</returns>
    public int KillChild(string name)
    {
        var id = ChildId(name) ?? throw new InvalidOperationException($"there is no {name}");
        using var child = System.Diagnostics.Process.GetProcessById(id);
        child.Kill();
        return id;
    }

    /// <summary>The process id of the child whose executable's name ends with this name. For nginx it is the master's.</summary>
    public int? ChildId(string name)
    {
        foreach (var process in Processes())
        {
            try
            {
                var command = File.ReadAllText($"/proc/{process}/cmdline");
                if (command.Split('\0')[0].EndsWith(name, StringComparison.Ordinal) || command.StartsWith($"{name}: master process", StringComparison.Ordinal))
                    return process;
            }
            catch (IOException)
            {
                // The process has just ended.
            }
        }

        return null;
    }

    /// <summary>Waits until a killed child has ended and its connections are closed.</summary>
    public Task GoneAsync(string name, int killed) => Eventually.HoldsAsync(() => ChildId(name) != killed, () => $"{name} lives on");

    /// <summary>Waits until a killed child has been started again.</summary>
    public Task RestartedAsync(string name, int killed) =>
        Eventually.HoldsAsync(() => ChildId(name) is { } id && id != killed, () => $"{name} was not started again:\n{Output}");

    /// <summary>
    /// The processes that the script has started and that have not ended. They have inherited its temporary directory in their
    /// environment. nginx overwrites its environment, so it is found by its command line or by the file of its error output.
    /// </summary>
    public IReadOnlyList<int> Processes() =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!))
            .Where(IsOfOurDirectory)];

    /// <summary>The files in the temporary directory, except for the data that the user asked to have there.</summary>
    public IReadOnlyList<string> TemporaryFiles() =>
        [.. Directory.GetFileSystemEntries(this.directory.Path).Select(entry => Path.GetFileName(entry)!).Where(name => name != "data")];

    /// <summary>All files in the temporary directory and below it.</summary>
    public IReadOnlyList<string> AllFiles() =>
        Directory.GetFileSystemEntries(this.directory.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 });

    public async ValueTask DisposeAsync()
    {
        await this.script.DisposeAsync();
        this.directory.Dispose();
    }

    private bool IsOfOurDirectory(int process)
    {
        try
        {
            return new[] { "environ", "cmdline" }.Any(file => File.ReadAllText($"/proc/{process}/{file}").Contains(this.directory.Path, StringComparison.Ordinal))
                || new FileInfo($"/proc/{process}/fd/2").LinkTarget?.Contains(this.directory.Path, StringComparison.Ordinal) == true;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex("Ctrl-C stops everything")]
    private static partial Regex EverythingRuns();
}
