using System.Diagnostics;

namespace Dragoman.Infra.Tests.Tools;

/// <summary>What a command printed, and how it ended.</summary>
internal sealed record CommandResult(int Status, string Output, string Errors)
{
    /// <summary>All lines that it printed, errors first.</summary>
    public string Everything => (Errors + Output).Trim();
}

/// <summary>Runs a command to its end.</summary>
internal static class Command
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs an executable.</summary>
    /// <exception cref="TimeoutException">It did not end within five minutes; it is killed.</exception>
    public static async Task<CommandResult> RunAsync(
        string executable, IEnumerable<string> arguments, string folder, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = new ProcessStartInfo(executable, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{executable} does not start");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{executable} {string.Join(' ', start.ArgumentList)} did not end within {Patience}");
        }

        return new CommandResult(process.ExitCode, await output, await errors);
    }

    /// <summary>The path of an executable on <c>PATH</c>; null if there is none.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
