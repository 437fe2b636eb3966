using System.Diagnostics.Metrics;
using System.Text;
using Dragoman.Hosting;
using Microsoft.Extensions.Logging;

namespace Dragoman.Gateway.Tests.Hosting;

public sealed class ConsoleLogTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly Output output = new();
    private readonly ManualTimeProvider clock = new();
    private readonly ConsoleLog log;
    private readonly ILogger logger;

    public ConsoleLogTests()
    {
        log = new ConsoleLog(output, clock);
        logger = log.CreateLogger("Dragoman.Settlement");
    }

    private string Written => Encoding.UTF8.GetString(output.ToArray());

    public void Dispose()
    {
        output.GoesOn.Set();
        log.Dispose();
        output.Dispose();
    }

    private void Say(LogLevel level, string message, Exception? error = null) => Say(logger, level, message, error);

    private static void Say(ILogger logger, LogLevel level, string message, Exception? error = null) => logger.Log(level, new EventId(7), message, error, (text, _) => text);

    [Fact]
    public void Lines_wait_for_others_and_are_written_together()
    {
        Say(LogLevel.Information, "one");
        clock.Advance(ConsoleLog.Delay / 2);
        Say(LogLevel.Information, "two");
        Assert.Empty(Written);
        clock.Advance(ConsoleLog.Delay / 2);
        WaitFor("2026-01-02T03:04:05.000Z info: Dragoman.Settlement[7] one\n2026-01-02T03:04:05.050Z info: Dragoman.Settlement[7] two\n");
        Assert.Equal(1, output.Writes);
    }

    [Fact]
    public void The_next_line_waits_anew()
    {
        Say(LogLevel.Information, "one");
        clock.Advance(ConsoleLog.Delay);
        WaitFor("one\n");
        Say(LogLevel.Information, "two");
        clock.Advance(ConsoleLog.Delay / 2);
        Assert.EndsWith("one\n", Written, StringComparison.Ordinal);
        clock.Advance(ConsoleLog.Delay / 2);
        WaitFor("two\n");
    }

    [Fact]
    public void A_warning_waits_for_nothing_and_takes_what_waits_along()
    {
        Say(LogLevel.Information, "one");
        Say(LogLevel.Warning, "two");
        clock.Advance(TimeSpan.Zero);
        WaitFor("warn: Dragoman.Settlement[7] two\n");
        Assert.Equal(2, Written.Count(letter => letter == '\n'));
    }

    [Fact]
    public void A_line_may_be_said_as_it_is_and_waits_for_nothing()
    {
        log.Say("listening on http://127.0.0.1:1");
        clock.Advance(TimeSpan.Zero);
        WaitFor("listening on http://127.0.0.1:1\n");
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

    [Theory]
    [InlineData("\u001b]0;title\u0007", @"\u001b]0;title\u0007")]
    [InlineData("\u009b31m", @"\u009b31m")]
    [InlineData("a\u2028b\u2029c", @"a\u2028b\u2029c")]
    [InlineData("\u202egpj.exe", @"\u202egpj.exe")]
    [InlineData("\ud83d\ude00", @"\ud83d\ude00")]
    [InlineData("\0\t\b\u007f", @"\u0000\u0009\u0008\u007f")]
    [InlineData("\u00e9\ufeff", @"\u00e9\ufeff")]
    [InlineData("\u0085x", @"\u0085x")]
    [InlineData("", "")]
    [InlineData("~ plain !", "~ plain !")]
    public void Whatever_is_not_printable_ascii_is_escaped(string text, string expected)
    {
        Say(LogLevel.Information, $"<{text}>");
        Say(LogLevel.Information, "m", new InvalidOperationException($"<{text}>"));
        log.Say($"<{text}>");
        log.Dispose();
        Assert.Equal([$"info: Dragoman.Settlement[7] <{expected}>", $"info: Dragoman.Settlement[7] m System.InvalidOperationException: <{expected}>", $"<{expected}>"], Lines.Select(WithoutTime));
    }

    [Fact]
    public void Halves_of_surrogate_pairs_are_escaped_as_they_are()
    {
        // In literals of an attribute, lone surrogates would be replaced.
        Say(LogLevel.Information, "\ud83d \udc00\ud83d");
        log.Dispose();
        Assert.EndsWith(@" \ud83d \udc00\ud83d" + "\n", Written, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_character_leaves_as_printable_ascii()
    {
        for (var start = 0; start <= char.MaxValue; start += 4096)
            Say(LogLevel.Information, string.Concat(Enumerable.Range(start, 4096).Select(value => (char)value)));
        log.Dispose();
        Assert.Equal(16, Lines.Count);
        Assert.All(output.ToArray(), value => Assert.True(value is >= 0x20 and <= 0x7e or (byte)'\n'));
    }

    [Fact]
    public void A_line_has_a_length()
    {
        Say(LogLevel.Information, new string('a', 100_000), new InvalidOperationException(new string('b', 100_000)));
        Say(LogLevel.Information, "m", new InvalidOperationException(new string('b', 100_000)));
        log.Dispose();
        Assert.All(Lines, line => Assert.InRange(line.Length, ConsoleLog.LongestLine, ConsoleLog.LongestLine + 100));
    }

    [Fact]
    public void Warnings_of_one_kind_have_a_rate_and_what_is_left_out_is_counted()
    {
        for (var index = 0; index < 5000; index++)
            Say(LogLevel.Warning, $"no {index}");
        Say(LogLevel.Information, "settled");
        Say(log.CreateLogger("Other"), LogLevel.Warning, "other");
        clock.Advance(ConsoleLog.Window);
        // The line with the count is written at once, but by one more timer.
        clock.Advance(TimeSpan.Zero);
        WaitFor("warn: Dragoman.Settlement[7] 4980 more lines of this kind were left out\n");
        Assert.Equal(ConsoleLog.MostOfOneKind + 3, Lines.Count);
        Say(LogLevel.Warning, "again");
        clock.Advance(TimeSpan.Zero);
        WaitFor("again\n");
    }

    [Fact]
    public void The_end_tells_what_was_left_out_too()
    {
        for (var index = 0; index < 25; index++)
            Say(LogLevel.Error, "no");
        log.Dispose();
        Assert.EndsWith("fail: Dragoman.Settlement[7] 5 more lines of this kind were left out\n", Written, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_waits_for_a_reader_that_stalls_and_what_is_dropped_is_counted()
    {
        output.Stall();
        Say(LogLevel.Information, "first");
        clock.Advance(ConsoleLog.Delay);
        output.IsWritten.Wait();
        using var metrics = new DroppedLines();
        // Far more than may wait. Logging returns although nothing can be written.
        for (var index = 0; index < 40_000; index++)
        {
            Say(LogLevel.Information, $"{index} {new string('x', 200)}");
            clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        output.GoesOn.Set();
        clock.Advance(ConsoleLog.Delay);
        WaitFor(" lines of the log were dropped, because standard output did not take them\n");
        var lines = Lines;
        Assert.EndsWith("first", lines[0], StringComparison.Ordinal);
        var kept = lines.Count - 2;
        Assert.InRange(Written.Length, ConsoleLog.MostWaiting, ConsoleLog.MostWaiting + 1000);
        // The first lines are kept in their order. The last line has the number of missing ones.
        Assert.Contains($" {kept - 1} x", lines[kept], StringComparison.Ordinal);
        Assert.EndsWith($"warn: Dragoman.Log[1] {40_000 - kept} lines of the log were dropped, because standard output did not take them", lines[^1], StringComparison.Ordinal);
        Assert.Equal(40_000 - kept, metrics.Count);
        Say(LogLevel.Information, "back");
        clock.Advance(ConsoleLog.Delay);
        WaitFor("back\n");
        Assert.Equal(lines.Count + 1, Lines.Count);
    }

    [Fact]
    public void A_reader_that_never_comes_back_does_not_hold_the_end()
    {
        output.Stall();
        Say(LogLevel.Information, "first");
        clock.Advance(ConsoleLog.Delay);
        output.IsWritten.Wait();
        Say(LogLevel.Information, "second");
        log.Dispose();
        log.Dispose();
        Say(LogLevel.Information, "third");
        Assert.Empty(Written);
    }

    [Fact]
    public void Lines_that_a_full_disk_does_not_take_are_counted_when_it_takes_some_again()
    {
        output.Fails = true;
        Say(LogLevel.Information, "one");
        Say(LogLevel.Warning, "two");
        clock.Advance(TimeSpan.Zero);
        Assert.True(SpinWait.SpinUntil(() => output.Writes == 1, Soon));
        Say(LogLevel.Warning, "three");
        clock.Advance(TimeSpan.Zero);
        Assert.True(SpinWait.SpinUntil(() => output.Writes == 2, Soon));
        output.Fails = false;
        Say(LogLevel.Information, "four");
        log.Dispose();
        Assert.Equal(["info: Dragoman.Settlement[7] four", "warn: Dragoman.Log[1] 3 lines of the log were dropped, because standard output did not take them"], Lines.Select(WithoutTime));
    }

    private List<string> Lines => [.. Written.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static string WithoutTime(string line) => line.StartsWith("2026", StringComparison.Ordinal) ? line[25..] : line;

    /// <summary>Waits, because the log writes on a separate thread.</summary>
    private void WaitFor(string end) =>
        Assert.True(SpinWait.SpinUntil(() => Written.EndsWith(end, StringComparison.Ordinal), Soon), $"not written: {end}; but: {Written[^Math.Min(Written.Length, 500)..]}");

    private sealed class DroppedLines : IDisposable
    {
        private readonly MeterListener listener = new();
        private long count;

        public DroppedLines()
        {
            listener.InstrumentPublished = (instrument, source) =>
            {
                if (instrument is { Meter.Name: "Dragoman", Name: "dragoman.log.dropped" })
                    source.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => Interlocked.Add(ref count, measurement));
            listener.Start();
        }

        public long Count => Interlocked.Read(ref count);

        public void Dispose() => listener.Dispose();
    }

    /// <summary>Standard output whose reader may stall, or whose disk may be full.</summary>
    private sealed class Output : Stream
    {
        private readonly MemoryStream taken = new();
        private int writes;

        public ManualResetEventSlim IsWritten { get; } = new();

        public ManualResetEventSlim GoesOn { get; } = new(initialState: true);

        public bool Fails { get; set; }

        public int Writes => Volatile.Read(ref writes);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Stall() => GoesOn.Reset();

        public byte[] ToArray()
        {
            lock (taken)
                return taken.ToArray();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            IsWritten.Set();
            GoesOn.Wait();
            try
            {
                if (Fails)
                    throw new IOException("No space left on device");
                lock (taken)
                    taken.Write(buffer);
            }
            finally
            {
                Interlocked.Increment(ref writes);
            }
        }

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
