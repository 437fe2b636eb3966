using System.Buffers;
using System.Globalization;
using System.Text;
using Dragoman.Pipeline;
using Microsoft.Extensions.Logging;

namespace Dragoman.Hosting;

/// <summary>
/// Writes log lines to standard output, many in one write. The framework's console logger wakes a thread and writes for each
/// line; with it, the one line that settles a request cost an eighth of the request's processor time.
/// </summary>
/// <remarks>
/// No caller ever waits for the output: one thread writes, and lines that it cannot write in time are dropped and counted. A
/// line contains only printable ASCII, whatever text a client or a provider chose, because it may be shown on a terminal. The
/// rate of warnings of one kind is limited, so that no client can fill a disk with them.
/// </remarks>
/// <param name="output">The stream that receives the lines.</param>
/// <param name="clock">Gives the time stamps and measures the delays.</param>
internal sealed class ConsoleLog(Stream output, TimeProvider clock) : ILoggerProvider
{
    /// <summary>How long a line may wait for others. Warnings and errors are written at once.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    /// <summary>The most lines of one kind of warning or error that are written in one <see cref="Window"/>.</summary>
    public const int MostOfOneKind = 20;

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    /// <summary>The bytes that may wait for a reader that is too slow; further lines are dropped.</summary>
    public const int MostWaiting = 1024 * 1024;

    /// <summary>The most characters of a message and its exception together.</summary>
    public const int LongestLine = 16 * 1024;

    /// <summary>How long the end of the process waits for the last lines to be written.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(1);

    private const string OwnCategory = "Dragoman.Log";
    private const int WriterStack = 256 * 1024;

    private readonly Lock gate = new();
    private readonly AutoResetEvent due = new(initialState: false);
    private readonly Dictionary<(string Category, int Id), Rate> rates = [];
    private ArrayBufferWriter<byte> waiting = new(16 * 1024);
    private ArrayBufferWriter<byte> written = new(16 * 1024);
    private int waitingLines;
    private long dropped;
    private Thread? writer;
    private ITimer? timer;
    private ITimer? rateTimer;
    private bool isDue;
    private volatile bool isEnding;

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    /// <summary>Writes a line at once, without time and category.</summary>
    public void Say(string line)
    {
        lock (gate)
        {
            if (!HasRoom())
                return;
            AppendPrintable(line);
            EndLine(isUrgent: true);
        }
    }

    /// <summary>Writes the waiting lines; gives up after a second.</summary>
    public void Dispose()
    {
        Thread? last;
        lock (gate)
        {
            if (isEnding)
                return;
            isEnding = true;
            timer?.Dispose();
            rateTimer?.Dispose();
            ReportSuppressed(isEnd: true);
            last = writer;
        }

        due.Set();
        last?.Join(LastWait);
    }

    private void Add(string category, LogLevel level, int id, string message, Exception? error)
    {
        lock (gate)
        {
            if ((level >= LogLevel.Warning && !IsWithinRate(category, level, id)) || !HasRoom())
                return;
            BeginLine(category, level, id);
            AppendPrintable(message.Length <= LongestLine ? message : message.AsSpan(0, LongestLine));
            if (error is not null && LongestLine - message.Length is > 0 and var left)
            {
                waiting.Write(" "u8);
                var text = error.ToString();
                AppendPrintable(text.Length <= left ? text : text.AsSpan(0, left));
            }

            EndLine(level >= LogLevel.Warning);
        }
    }

    private bool IsFull => waiting.WrittenCount >= MostWaiting;

    private bool HasRoom()
    {
        if (!IsFull && !isEnding)
            return true;
        Drop(1);
        return false;
    }

    private void Drop(int lines)
    {
        dropped += lines;
        GatewayMetrics.CountDroppedLogLines(lines);
    }

    private bool IsWithinRate(string category, LogLevel level, int id)
    {
        if (!rates.TryGetValue((category, id), out var rate))
            rates[(category, id)] = rate = new Rate();
        var now = clock.GetUtcNow();
        if (now - rate.Since >= Window)
        {
            ReportSuppressed(category, level, id, rate);
            rate.Since = now;
            rate.Lines = 0;
        }

        if (++rate.Lines <= MostOfOneKind)
            return true;
        rate.Level = level;
        if (rate.Suppressed++ == 0)
        {
            rateTimer ??= clock.CreateTimer(_ => ReportSuppressed(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            rateTimer.Change(Window, Timeout.InfiniteTimeSpan);
        }

        return false;
    }

    private void ReportSuppressed()
    {
        lock (gate)
        {
            if (!isEnding)
                ReportSuppressed(isEnd: false);
        }
    }

    private void ReportSuppressed(bool isEnd)
    {
        var now = clock.GetUtcNow();
        foreach (var ((category, id), rate) in rates)
        {
            if (isEnd || now - rate.Since >= Window)
                ReportSuppressed(category, rate.Level, id, rate);
            else if (rate.Suppressed > 0)
                rateTimer!.Change(Window, Timeout.InfiniteTimeSpan);
        }
    }

    private void ReportSuppressed(string category, LogLevel level, int id, Rate rate)
    {
        if (rate.Suppressed == 0 || IsFull)
            return;
        BeginLine(category, level, id);
        AppendNumber(rate.Suppressed);
        waiting.Write(" more lines of this kind were left out"u8);
        rate.Suppressed = 0;
        EndLine(isUrgent: true);
    }

    private void BeginLine(string category, LogLevel level, int id)
    {
        // This is the only format with milliseconds that the runtime formats directly; the last four digits are cut off.
        clock.GetUtcNow().UtcDateTime.TryFormat(waiting.GetSpan(32), out _, "O", CultureInfo.InvariantCulture);
        waiting.Advance("2026-01-02T03:04:05.678"u8.Length);
        waiting.Write("Z "u8);
        waiting.Write(NameOf(level));
        Append(category);
        waiting.Write("["u8);
        AppendNumber(id);
        waiting.Write("] "u8);
    }

    private void EndLine(bool isUrgent)
    {
        waiting.Write("\n"u8);
        waitingLines++;
        writer ??= StartWriter();
        if (isDue && !isUrgent)
            return;
        isDue = true;
        timer ??= clock.CreateTimer(_ => due.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(isUrgent ? TimeSpan.Zero : Delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts a background thread: when the output blocks it, it delays nothing else, not even the end of the process.</summary>
    private Thread StartWriter()
    {
        var thread = new Thread(WriteUntilTheEnd, WriterStack) { IsBackground = true, Name = "Log" };
        thread.Start();
        return thread;
    }

    private void WriteUntilTheEnd()
    {
        bool isLast;
        do
        {
            due.WaitOne();
            isLast = isEnding;
            Write();
        }
        while (!isLast);
    }

    /// <summary>Writes the waiting lines, whole and in their order.</summary>
    private void Write()
    {
        int lines;
        long told;
        lock (gate)
        {
            isDue = false;
            lines = waitingLines;
            told = dropped;
            if (lines == 0 && (told == 0 || !isEnding))
                return;
            if (told > 0)
            {
                // The dropped lines came after the waiting ones.
                BeginLine(OwnCategory, LogLevel.Warning, 1);
                AppendNumber(told);
                waiting.Write(" lines of the log were dropped, because standard output did not take them\n"u8);
            }

            (waiting, written) = (written, waiting);
            waitingLines = 0;
            dropped = 0;
        }

        try
        {
            output.Write(written.WrittenSpan);
            output.Flush();
        }
        catch (Exception)
        {
            // The disk is full or the output was closed. That must end neither a request nor the process.
            lock (gate)
            {
                dropped += told;
                Drop(lines);
            }
        }

        written.ResetWrittenCount();
    }

    private void Append(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, waiting);

    private void AppendNumber(long number)
    {
        number.TryFormat(waiting.GetSpan(24), out var length);
        waiting.Advance(length);
    }

    /// <summary>Appends text with a space for line ends and an escape for any other character that is not printable ASCII.</summary>
    private void AppendPrintable(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyExceptInRange(' ', '~') is var odd and >= 0)
        {
            Append(text[..odd]);
            text = text[odd..];
            if (text[0] is '\r' or '\n')
            {
                waiting.Write(" "u8);
                text = text.TrimStart("\r\n");
            }
            else
            {
                waiting.Write("\\u"u8);
                ((ushort)text[0]).TryFormat(waiting.GetSpan(4), out var length, "x4");
                waiting.Advance(length);
                text = text[1..];
            }
        }

        Append(text);
    }

    private static ReadOnlySpan<byte> NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce: "u8,
        LogLevel.Debug => "dbug: "u8,
        LogLevel.Information => "info: "u8,
        LogLevel.Warning => "warn: "u8,
        LogLevel.Error => "fail: "u8,
        _ => "crit: "u8,
    };

    /// <summary>The lines of one kind in the current window.</summary>
    private sealed class Rate
    {
        public DateTimeOffset Since { get; set; }

        public int Lines { get; set; }

        public long Suppressed { get; set; }

        public LogLevel Level { get; set; }
    }

    private sealed class Category(ConsoleLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                log.Add(name, logLevel, eventId.Id, formatter(state, exception), exception);
        }
    }
}
