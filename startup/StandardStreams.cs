using System.ComponentModel;
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

    /// <summary>Opened first of all: with no descriptor left, nothing can be opened, nor can the code be loaded that would say so.</summary>
    private static readonly (Stream? Stream, string? Problem) OutputStream = Open(Output, Console.OpenStandardOutput);

    private static readonly (Stream? Stream, string? Problem) ErrorStream = Open(Error, Console.OpenStandardError);

    /// <summary>Opens both, and loads all that it takes to write a sentence.</summary>
    public static void Prepare()
    {
        _ = Printable.Line($"{OutputStream.Problem}{ErrorStream.Problem}");
        try
        {
            ErrorStream.Stream?.Write(Encoding.UTF8.GetBytes(""));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or Win32Exception)
        {
            // Whatever it is, it will be so again when there is something to be told.
        }
    }

    /// <summary>Writes a line to standard output.</summary>
    /// <returns>Null, or why it could not be written.</returns>
    public static string? TryWriteLine(string line) => TryWrite(OutputStream, line);

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
    public static void WriteErrorLine(string line) => TryWrite(ErrorStream, line);

    private static (Stream? Stream, string? Problem) Open(int descriptor, Func<Stream> open)
    {
        try
        {
            return IsInherited(descriptor) ? (open(), null) : (null, Closed);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return (null, failure.Message);
        }
    }

    private static string? TryWrite((Stream? Stream, string? Problem) stream, string line)
    {
        if (stream.Stream is null)
            return stream.Problem;
        try
        {
            stream.Stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            // A bad file descriptor, or one that is only to be read.
            return Closed;
        }
        catch (Exception failure) when (failure is IOException or Win32Exception)
        {
            return failure.Message;
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
