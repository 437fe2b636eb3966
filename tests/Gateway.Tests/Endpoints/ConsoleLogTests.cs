using System.Text;
using Dragoman.Endpoints;
using Microsoft.Extensions.Logging;

namespace Dragoman.Gateway.Tests.Endpoints;

public sealed class ConsoleLogTests : IDisposable
{
    private readonly MemoryStream output = new();
    private readonly ManualTimeProvider clock = new();
    private readonly ConsoleLog log;
    private readonly ILogger logger;

    public ConsoleLogTests()
    {
        log = new ConsoleLog(output, clock);
        logger = log.CreateLogger("Dragoman.Settlement");
    }

    private string Written => Encoding.UTF8.GetString(output.ToArray());

    public void Dispose() => log.Dispose();

    private void Say(LogLevel level, string message, Exception? error = null) => Say(logger, level, message, error);

    private static void Say(ILogger logger, LogLevel level, string message, Exception? error = null) => logger.Log(level, new EventId(7), message, error, (text, _) => text);

    [Fact]
    public void Lines_wait_for_others_and_are_written_together()
    {
        Say(LogLevel.Information, "one é");
        clock.Advance(ConsoleLog.Delay / 2);
        Say(LogLevel.Information, "two");
        Assert.Empty(Written);
        clock.Advance(ConsoleLog.Delay / 2);
        Assert.Equal("2026-01-02T03:04:05.000Z info: Dragoman.Settlement[7] one é\n2026-01-02T03:04:05.050Z info: Dragoman.Settlement[7] two\n", Written);
    }

    [Fact]
    public void The_next_line_waits_anew()
    {
        Say(LogLevel.Information, "one");
        clock.Advance(ConsoleLog.Delay);
        var first = Written;
        Say(LogLevel.Information, "two");
        Assert.Equal(first, Written);
        clock.Advance(ConsoleLog.Delay);
        Assert.EndsWith("two\n", Written, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_waits_for_nothing_and_takes_what_waits_along()
    {
        Say(LogLevel.Information, "one");
        Say(LogLevel.Warning, "two");
        clock.Advance(TimeSpan.Zero);
        Assert.Equal(2, Written.Count(letter => letter == '\n'));
        Assert.Contains("warn: Dragoman.Settlement[7] two", Written, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_writes_what_waits()
    {
        Say(LogLevel.Information, "last");
        log.Dispose();
        Assert.EndsWith("last\n", Written, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_several_lines_stays_on_one()
    {
        Say(LogLevel.Error, "a\r\nb\nc", new InvalidOperationException("d\ne"));
        log.Dispose();
        Assert.EndsWith("fail: Dragoman.Settlement[7] a b c System.InvalidOperationException: d e\n", Written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_is_slow_is_waited_for_once()
    {
        using var slow = new SlowStream();
        using var waiting = new ConsoleLog(slow, clock);
        var category = waiting.CreateLogger("a");
        Say(category, LogLevel.Information, "one");
        var first = Task.Run(() => clock.Advance(ConsoleLog.Delay));
        slow.IsWritten.Wait();
        Say(category, LogLevel.Warning, "two");
        // Returns, though the first is still being written.
        clock.Advance(TimeSpan.Zero);
        slow.GoesOn.Set();
        await first.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, slow.Writes);
        clock.Advance(ConsoleLog.Delay);
        Assert.Equal(2, slow.Writes);
    }

    [Fact]
    public void Who_logs_waits_when_too_much_waits()
    {
        Say(LogLevel.Information, new string('a', 1024 * 1024));
        Assert.True(output.Length > 1024 * 1024);
    }

    private sealed class SlowStream : MemoryStream
    {
        public ManualResetEventSlim IsWritten { get; } = new();

        public ManualResetEventSlim GoesOn { get; } = new();

        public int Writes { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Writes++;
            IsWritten.Set();
            GoesOn.Wait();
        }

        protected override void Dispose(bool disposing)
        {
            IsWritten.Dispose();
            GoesOn.Dispose();
            base.Dispose(disposing);
        }
    }
}
