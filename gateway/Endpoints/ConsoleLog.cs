using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Dragoman.Endpoints;

/// <summary>
/// Log lines on standard output, many with one write. With a write and a thread of its own for each line, as by the
/// framework's console logger, the line that settles a request cost an eighth of the request's processor time.
/// </summary>
/// <param name="output">Where lines go.</param>
/// <param name="clock">Stamps them, and says when to write.</param>
internal sealed class ConsoleLog(Stream output, TimeProvider clock) : ILoggerProvider
{
    /// <summary>How long a line may wait for others. What is a warning or worse goes out at once.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    /// <summary>Bytes that may wait for a reader that is too slow; beyond, who logs waits, because no line may be lost.</summary>
    private const int MostWaiting = 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Lock writing = new();
    private ArrayBufferWriter<byte> waiting = new(16 * 1024);
    private ArrayBufferWriter<byte> written = new(16 * 1024);
    private ITimer? timer;
    private bool isDue;

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        timer?.Dispose();
        Write();
    }

    private void WriteInTime()
    {
        if (writing.TryEnter())
        {
            try
            {
                Write();
            }
            finally
            {
                writing.Exit();
            }
        }
        else
        {
            // The reader is slow; one thread that waits for it is enough.
            lock (gate)
                timer!.Change(Delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void Add(string category, LogLevel level, int id, string message, Exception? error)
    {
        bool isTooMuch;
        lock (gate)
        {
            // The one format with milliseconds that the runtime has ready; four more digits are cut off.
            clock.GetUtcNow().UtcDateTime.TryFormat(waiting.GetSpan(32), out var length, "O", CultureInfo.InvariantCulture);
            waiting.Advance("2026-01-02T03:04:05.678"u8.Length);
            waiting.Write("Z "u8);
            waiting.Write(NameOf(level));
            Append(category);
            waiting.Write("["u8);
            id.TryFormat(waiting.GetSpan(16), out length);
            waiting.Advance(length);
            waiting.Write("] "u8);
            AppendOnOneLine(message);
            if (error is not null)
            {
                waiting.Write(" "u8);
                AppendOnOneLine(error.ToString());
            }

            waiting.Write("\n"u8);
            isTooMuch = waiting.WrittenCount > MostWaiting;
            Await(level);
        }

        if (isTooMuch)
            Write();
    }

    private void Await(LogLevel level)
    {
        var isUrgent = level >= LogLevel.Warning;
        if (isDue && !isUrgent)
            return;
        isDue = true;
        timer ??= clock.CreateTimer(_ => WriteInTime(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(isUrgent ? TimeSpan.Zero : Delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Writes what waits; whole lines, in their order.</summary>
    private void Write()
    {
        lock (writing)
        {
            lock (gate)
            {
                (waiting, written) = (written, waiting);
                isDue = false;
            }

            if (written.WrittenCount == 0)
                return;
            try
            {
                output.Write(written.WrittenSpan);
                output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads any more; that must not end a request.
            }

            written.ResetWrittenCount();
        }
    }

    private void Append(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, waiting);

    private void AppendOnOneLine(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny('\r', '\n') is var end and >= 0)
        {
            Append(text[..end]);
            waiting.Write(" "u8);
            text = text[end..].TrimStart("\r\n");
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
