using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A child process whose output is kept. Disposing this object ends the process.</summary>
internal sealed class RunningProcess : IAsyncDisposable
{
    private const int SigHup = 1;
    private const int SigInt = 2;
    private const int SigTerm = 15;

    private readonly Process process;
    private readonly string name;
    private readonly ConcurrentQueue<string> lines = new();

    private RunningProcess(string name, Process process)
    {
        this.name = name;
        this.process = process;
    }

    public int Id => this.process.Id;

    public bool HasExited => this.process.HasExited;

    /// <summary>All lines written to standard output and standard error so far.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    public string Log => string.Join('\n', lines);

    /// <summary>Starts a program. <paramref name="environment"/> overrides the environment of the tests. A null value removes a name.</summary>
    public static RunningProcess Start(
        string fileName, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        foreach (var inherited in start.Environment.Keys.Where(ChangesBehavior).ToList())
            start.Environment.Remove(inherited);
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
                start.Environment.Remove(key);
            else
                start.Environment[key] = value;
        }

        var process = new Process { StartInfo = start };
        var running = new RunningProcess(Path.GetFileName(fileName), process);
        process.OutputDataReceived += (_, line) => running.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => running.Keep(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string fileName, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null)
    {
        await using var process = Start(fileName, arguments, environment, workingDirectory);
        var exitCode = await process.ExitAsync();
        return (exitCode, process.Log);
    }

    /// <summary>The first line that matches, once it has been written.</summary>
    /// <exception cref="InvalidOperationException">The process ended without writing it.</exception>
    public async Task<Match> LineAsync(Regex pattern, TimeSpan? within = null)
    {
        Match? match = null;
        await Eventually.HoldsAsync(
            () =>
            {
                var ended = this.process.HasExited;
                if (ended)
                    this.process.WaitForExit();
                match = lines.Select(line => pattern.Match(line)).FirstOrDefault(candidate => candidate.Success);
                if (match is null && ended)
                    throw new InvalidOperationException($"{this.name} ended with {this.process.ExitCode} before writing /{pattern}/:\n{Log}");
                return match is not null;
            },
            () => $"{this.name} did not write /{pattern}/:\n{Log}",
            within);
        return match!;
    }

    /// <summary>The exit code, once the process has ended and all its output is in <see cref="Lines"/>.</summary>
    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Eventually.Deadline);
        try
        {
            await this.process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{this.name} did not end:\n{Log}");
        }
        return this.process.ExitCode;
    }

    /// <summary>Asks the process to end with SIGTERM and returns its exit code.</summary>
    public Task<int> TerminateAsync(TimeSpan? within = null) => SignalAsync(SigTerm, within);

    /// <summary>Asks the process to end with SIGINT and returns its exit code.</summary>
    public Task<int> InterruptAsync(TimeSpan? within = null) => SignalAsync(SigInt, within);

    /// <summary>Sends SIGTERM without waiting for the process to end.</summary>
    public void AskToStop() => _ = kill(this.process.Id, SigTerm);

    /// <summary>Sends SIGHUP, as a closing terminal does.</summary>
    public void HangUp() => _ = kill(this.process.Id, SigHup);

    /// <summary>Ends the process with SIGKILL, as the out-of-memory killer would.</summary>
    public async Task KillAsync()
    {
        this.process.Kill();
        await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!this.process.HasExited)
                await TerminateAsync();
        }
        catch (TimeoutException)
        {
            this.process.Kill(entireProcessTree: true);
            await this.process.WaitForExitAsync();
        }
        finally
        {
            this.process.Dispose();
        }
    }

    private async Task<int> SignalAsync(int signal, TimeSpan? within)
    {
        _ = kill(this.process.Id, signal);
        return await ExitAsync(within);
    }

    private void Keep(string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }

    // The tests must not depend on the developer's environment.
    internal static bool ChangesBehavior(string variable) =>
        variable.StartsWith("DRAGOMAN", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("OTEL_", StringComparison.Ordinal)
        || variable.EndsWith("_API_KEY", StringComparison.OrdinalIgnoreCase)
        || variable is "PORT" or "WEBSITE_HOSTNAME" or "FUNCTIONS_CUSTOMHANDLER_PORT" or "AZURE_OPENAI_ENDPOINT" or "LMSTUDIO_BASE_URL";

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);
}
