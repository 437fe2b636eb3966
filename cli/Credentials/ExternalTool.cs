using System.ComponentModel;
using System.Diagnostics;

namespace Dragoman.Cli.Credentials;

/// <summary>Runs a tool of the operating system, without a shell.</summary>
internal static class ExternalTool
{
    /// <summary>What <see cref="RunAsync"/> returns when the tool cannot be started.</summary>
    public const int CannotStart = -1;

    /// <param name="path">The file of the tool.</param>
    /// <param name="arguments">Its arguments, none of them a secret.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="cancellation">Ends the tool.</param>
    public static async Task<(int Code, string Output)> RunAsync(string path, IEnumerable<string> arguments, string input, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return (CannotStart, "");
        }

        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await WriteAsync(process.StandardInput, input, cancellation).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            await errors.ConfigureAwait(false);
            return (process.ExitCode, (await output.ConfigureAwait(false)).TrimEnd('\n'));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task WriteAsync(StreamWriter writer, string input, CancellationToken cancellation)
    {
        try
        {
            await writer.WriteAsync(input.AsMemory(), cancellation).ConfigureAwait(false);
            writer.Close();
        }
        catch (IOException)
        {
            // The tool has ended without reading; its exit code tells why.
        }
    }
}
