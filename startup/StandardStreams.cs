using System.Text;

namespace Dragoman.Startup;

/// <summary>Standard output and standard error, which may be closed or on a full disk. Neither is a reason to abort.</summary>
public static class StandardStreams
{
    private const int Output = 1;
    private const int Error = 2;

    /// <summary>The flag <c>O_CLOEXEC</c> of Linux, as <c>/proc</c> shows it: in octal digits.</summary>
    private const int ClosesOnExec = 0x80000;

    private const string Closed = "it is closed";

    /// <summary>Writes a line to standard output.</summary>
    /// <returns>Null, or why it could not be written.</returns>
    public static string? TryWriteLine(string line) => TryWrite(Output, Console.OpenStandardOutput, line);

    /// <summary>
    /// Writes the line that says that a process serves. On a full disk it serves without its log, as it does when the disk
    /// fills up later; whoever closes standard output would get the log into whatever the process opens first.
    /// </summary>
    /// <param name="program">The executable's name.</param>
    /// <param name="line">The line.</param>
    /// <returns>False when the process must not go on.</returns>
    public static bool TryAnnounce(string program, string line)
    {
        if (TryWriteLine(line) is not { } problem)
            return true;
        var isClosed = problem == Closed;
        WriteErrorLine(Printable.Line(isClosed
            ? $"{program}: standard output is closed; allowed: a file, a pipe, a terminal, or /dev/null"
            : $"{program}: standard output cannot be written ({problem}); serving without a log"));
        return !isClosed;
    }

    /// <summary>Writes a line to standard error. When that fails too there is nobody left to be told.</summary>
    public static void WriteErrorLine(string line) => TryWrite(Error, Console.OpenStandardError, line);

    private static string? TryWrite(int descriptor, Func<Stream> open, string line)
    {
        try
        {
            if (!IsInherited(descriptor))
                return Closed;
            using var stream = open();
            stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            // A bad file descriptor, or one that is only to be read.
            return Closed;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or NotSupportedException)
        {
            return error.Message;
        }
    }

    /// <summary>
    /// Whether a descriptor came from whoever started the process. What was closed then is soon taken by a file of the
    /// runtime, even by the pipe through which it hears of signals; but the runtime opens everything to be closed on exec,
    /// and nothing that is so can have been handed over by one.
    /// </summary>
    private static bool IsInherited(int descriptor)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc/self/fdinfo"))
            return true;
        const string name = "flags:";
        try
        {
            var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").First(line => line.StartsWith(name, StringComparison.Ordinal));
            return (Convert.ToInt32(flags[name.Length..].Trim(), 8) & ClosesOnExec) == 0;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}
