using System.Text.RegularExpressions;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>One of our executables, which answers on a free port.</summary>
internal sealed class DragomanProcess : IAsyncDisposable
{
    private readonly RunningProcess process;

    private DragomanProcess(RunningProcess process, Uri address)
    {
        this.process = process;
        Address = address;
        Client = PlainHttpClient.For(address);
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <inheritdoc cref="RunningProcess.Lines"/>
    public IReadOnlyCollection<string> Lines => this.process.Lines;

    /// <summary>Everything the process has written.</summary>
    public string Log => this.process.Log;

    /// <summary>The variable that holds the port of <c>dragoman-{name}</c>.</summary>
    public static string PortVariable(string name) => name switch
    {
        "emulator" => "DRAGOMAN_EMULATOR_PORT",
        "functions" => "FUNCTIONS_CUSTOMHANDLER_PORT",
        "sidecar" => "DRAGOMAN_SIDECAR_PORT",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "there is no such executable"),
    };

    /// <summary>Starts <c>dragoman-{name}</c> in <paramref name="directory"/> and waits until it is healthy.</summary>
    /// <param name="name">The executable's name without <c>dragoman-</c>.</param>
    /// <param name="directory">The working directory, and the place of its data.</param>
    /// <param name="environment">Further variables.</param>
    /// <param name="command">The command that starts it; the executable of this build when null.</param>
    public static async Task<DragomanProcess> StartAsync(
        string name, string directory, IReadOnlyDictionary<string, string?>? environment = null, IReadOnlyList<string>? command = null)
    {
        var process = Launch(name, directory, environment, command);
        try
        {
            var line = await process.LineAsync(new Regex($@"^dragoman-{name} listening on (http://127\.0\.0\.1:\d+)$"));
            var started = new DragomanProcess(process, new Uri(line.Groups[1].Value));
            using var health = await started.Client.GetAsync(new Uri("/health", UriKind.Relative));
            health.EnsureSuccessStatusCode();
            return started;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts <c>dragoman-{name}</c> without waiting for it to answer.</summary>
    public static RunningProcess Launch(
        string name, string directory, IReadOnlyDictionary<string, string?>? environment = null, IReadOnlyList<string>? command = null)
    {
        var complete = new Dictionary<string, string?>
        {
            [PortVariable(name)] = "0",
            ["DRAGOMAN_DATA"] = Path.Combine(directory, "data"),
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>())
            complete[key] = value;
        return RunningProcess.Start(command?[0] ?? Repository.Executable(name), command?.Skip(1) ?? [], complete, directory);
    }

    /// <inheritdoc cref="RunningProcess.TerminateAsync"/>
    public Task<int> TerminateAsync() => this.process.TerminateAsync();

    /// <inheritdoc cref="RunningProcess.AskToStop"/>
    public void AskToStop() => this.process.AskToStop();

    /// <inheritdoc cref="RunningProcess.HangUp"/>
    public void HangUp() => this.process.HangUp();

    /// <inheritdoc cref="RunningProcess.ExitAsync"/>
    public Task<int> ExitAsync() => this.process.ExitAsync();

    /// <summary>The process's id.</summary>
    public int Id => this.process.Id;

    /// <inheritdoc cref="RunningProcess.InterruptAsync"/>
    public Task<int> InterruptAsync() => this.process.InterruptAsync();

    /// <inheritdoc cref="RunningProcess.KillAsync"/>
    public Task KillAsync() => this.process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await this.process.DisposeAsync();
    }
}
