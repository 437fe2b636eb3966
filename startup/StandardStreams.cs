using System.ComponentModel;
using System.Text;

namespace Dragoman.Startup;

/// <summary>Standard output and standard error. They may be closed or lead to a full disk; the process must not abort for that.</summary>
public static class StandardStreams
{
    private const int Output = 1;
    private const int Error = 2;

    /// <summary>Linux's flag <c>O_CLOEXEC</c>; <c>/proc</c> shows the flags in octal digits.</summary>
    private const int ClosesOnExec = 0x80000;

    private const string Closed = "it is closed";

    /// <summary>Opened first: when no descriptor is left, it cannot be opened, and the code that would report that cannot be loaded.</summary>
    private static readonly (Stream? Stream, string? Problem) OutputStream = Open(Output, Console.OpenStandardOutput);

    private static readonly (Stream? Stream, string? Problem) ErrorStream = Open(Error, Console.OpenStandardError);

    /// <summary>Why standard output cannot be used; null when it can. Its number may belong to any other file.</summary>
    public static string? OutputProblem => OutputStream.Problem;

    /// <summary>Why standard error cannot be used; null when it can. Its number may belong to any other file.</summary>
    public static string? ErrorProblem => ErrorStream.Problem;

    /// <summary>Opens both streams and loads all code that is needed to write a line.</summary>
    public static void Prepare()
    {
        _ = Printable.Line($"{OutputStream.Problem}{ErrorStream.Problem}");
        try
        {
            ErrorStream.Stream?.Write(Encoding.UTF8.GetBytes(""));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or Win32Exception)
        {
            // The same failure will occur again when there is something to report.
        }
    }

    /// <summary>Writes a line to standard output.</summary>
    /// <returns>Null, or why it could not be written.</returns>
    public static string? TryWriteLine(string line) => TryWrite(OutputStream, line);

    /// <summary>
    /// Writes the line that says that the process serves. With a full disk it serves without a log, as it does when the disk
    /// fills up later. With a closed standard output it must not serve: the log would go to the file that the process opens first.
    /// </summary>
    /// <param name="program">The executable's name.</param>
    /// <param name="line">The line.</param>
    /// <returns>False when the process must not continue.</returns>
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

    /// <summary>Writes a line to standard error. A failure is ignored, because there is no place left to report it.</summary>
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
            // The file descriptor is not valid or read-only.
            return Closed;
        }
        catch (Exception failure) when (failure is IOException or Win32Exception)
        {
            return failure.Message;
        }
    }

    /// <summary>
    /// Whether the process inherited a descriptor. A number that was closed at the start is soon used for a file of the runtime,
    /// even for the pipe that reports signals. But the runtime opens all its files with close-on-exec, and a descriptor with that
    /// flag cannot have been inherited.
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
