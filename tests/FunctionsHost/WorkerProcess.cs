using System.Collections.Concurrent;
using System.Diagnostics;

namespace Dragoman.FunctionsHost;

/// <summary>The process of a worker, started as the Functions host starts it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>Bytes; the host's own value.</summary>
    private const int LongestMessage = int.MaxValue;

    private readonly Process process;

    public WorkerProcess(WorkerApp app, string id, Uri host, ConcurrentQueue<string> lines)
    {
        var command = app.Command();
        var request = Guid.NewGuid().ToString();
        // The arguments without a prefix are the older names of the same.
        string[] arguments =
        [
            .. command.Skip(1),
            "--host", host.Host, "--port", $"{host.Port}", "--workerId", id, "--requestId", request, "--grpcMaxMessageLength", $"{LongestMessage}",
            "--functions-uri", host.AbsoluteUri, "--functions-worker-id", id, "--functions-request-id", request,
            "--functions-grpc-max-message-length", $"{LongestMessage}",
        ];
        var start = new ProcessStartInfo(command[0], arguments)
        {
            WorkingDirectory = app.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = app.Folder;
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = app.Folder;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        start.Environment["FUNCTIONS_WORKER_RUNTIME_VERSION"] = "10.0";
        foreach (var (name, value) in app.Environment)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Id = process.Id;
        Ended = WaitAsync();

        void Keep(string? line)
        {
            if (line is not null)
                lines.Enqueue(line);
        }
    }

    public int Id { get; }

    /// <summary>The exit code, once the process has ended.</summary>
    public Task<int> Ended { get; }

    /// <summary>Ends the process at once.</summary>
    public void Kill()
    {
        if (!Ended.IsCompleted)
            process.Kill(entireProcessTree: true);
    }

    public void Dispose() => process.Dispose();

    private async Task<int> WaitAsync()
    {
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode;
    }
}
