using System.Text;
using Dragoman.Startup;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace Dragoman.Cli.Output;

/// <summary>Where a command reads and writes: results go to the standard output, all else to the standard error.</summary>
internal sealed class Terminal : IDisposable
{
    /// <summary>The error number <c>EPIPE</c>.</summary>
    private const int BrokenPipe = 32;

    private readonly TextWriter output;
    private readonly TextWriter error;
    private readonly bool hasColors;
    private readonly bool isDumb;

    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives messages and progress.</param>
    /// <param name="input">Is read by commands that read a secret.</param>
    public Terminal(TextWriter output, TextWriter error, TextReader input)
    {
        this.output = output;
        this.error = error;
        Input = input;
    }

    private Terminal(TextWriter output, TextWriter error, TextReader input, IReadOnlyDictionary<string, string> environment)
        : this(output, error, input)
    {
        OutputIsTerminal = !Console.IsOutputRedirected;
        ErrorIsTerminal = !Console.IsErrorRedirected;
        isDumb = environment.GetValueOrDefault("TERM") == "dumb";
        hasColors = !isDumb && environment.GetValueOrDefault("NO_COLOR") is not { Length: > 0 };
    }

    /// <summary>Whether a person reads the standard output.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether a person reads the standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    public TextReader Input { get; }

    /// <summary>Receives results.</summary>
    public TextWriter Output => output;

    /// <summary>Whether the reader of the results has left, and a write has failed for that.</summary>
    public bool IsBroken { get; private set; }

    public static Terminal OfProcess(IReadOnlyDictionary<string, string> environment) =>
        new(OpenOutput(), StandardStreams.ErrorProblem is null ? Writer(Console.OpenStandardError()) : TextWriter.Null, new StreamReader(Console.OpenStandardInput()), environment);

    /// <summary>Writes a line of a result.</summary>
    /// <exception cref="IOException">The reader has left; see <see cref="IsBroken"/>.</exception>
    /// <exception cref="CliFailure">It cannot be written.</exception>
    public void WriteLine(string line) => Guard(() => output.WriteLine(line));

    /// <summary>Writes lines of a result as they are.</summary>
    /// <exception cref="IOException">The reader has left; see <see cref="IsBroken"/>.</exception>
    /// <exception cref="CliFailure">It cannot be written.</exception>
    public void WriteText(string text) => Guard(() => output.Write(text));

    /// <summary>Writes JSON as it is, on a line of its own.</summary>
    /// <exception cref="IOException">The reader has left; see <see cref="IsBroken"/>.</exception>
    /// <exception cref="CliFailure">It cannot be written.</exception>
    public void WriteJson(ReadOnlySpan<byte> json) => WriteLine(Encoding.UTF8.GetString(json));

    /// <summary>Writes a message. What cannot be printed is escaped.</summary>
    public void Say(string message) => WriteError(Printable.Line(message));

    /// <summary>Writes a problem document to the standard error.</summary>
    public void SayJson(ReadOnlySpan<byte> json) => WriteError(Encoding.UTF8.GetString(json));

    /// <exception cref="IOException">The reader has left; see <see cref="IsBroken"/>.</exception>
    /// <exception cref="CliFailure">It cannot be written.</exception>
    public void Write(Table table) => Guard(() => ConsoleOf(output).Write(table));

    /// <summary>Does what takes long, and shows a person that it goes on.</summary>
    public Task<T> ShowProgressAsync<T>(string what, Func<Action<string>, Task<T>> actAsync)
    {
        if (!ErrorIsTerminal)
            return actAsync(static _ => { });
        return ConsoleOf(error).Status().StartAsync(Markup.Escape(what), status => actAsync(text => status.Status = Markup.Escape(text)));
    }

    public void Dispose()
    {
        output.Dispose();
        error.Dispose();
        Input.Dispose();
    }

    private void WriteError(string line)
    {
        try
        {
            error.WriteLine(line);
        }
        catch (IOException)
        {
            // There is no place left to report it, and the exit code tells the rest.
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException error) when (error.HResult == BrokenPipe)
        {
            IsBroken = true;
            throw;
        }
        catch (IOException error)
        {
            throw new CliFailure(ExitCode.Failed, $"standard output cannot be written: {error.Message}");
        }
    }

    private static StreamWriter OpenOutput()
    {
        // The console's own stream ignores a reader that has left, so that a live list would be written to nobody forever. A file
        // needs it, though: it writes where earlier processes have stopped.
        if (!OperatingSystem.IsWindows() && new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0) is { CanSeek: false } pipe)
            return Writer(pipe);
        return Writer(Console.OpenStandardOutput());
    }

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };

    private IAnsiConsole ConsoleOf(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        // It detects nothing for a writer that is not the console's own.
        Ansi = isDumb ? AnsiSupport.No : AnsiSupport.Yes,
        ColorSystem = hasColors ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = isDumb ? InteractionSupport.No : InteractionSupport.Yes,
    });
}
