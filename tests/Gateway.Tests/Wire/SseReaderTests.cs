using System.Text;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class SseReaderTests
{
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Every_line_end_closes_events(string end)
    {
        var stream = string.Join(end, "data: one", "", "event: named", "data: two", "", "data: three", "", "");
        AssertReads(stream, (":one"), ("named:two"), (":three"));
    }

    [Fact]
    public void A_byte_order_mark_is_skipped_once_and_only_in_front()
    {
        AssertReads("\uFEFFdata: a\n\ndata: \uFEFFb\n\n", ":a", ":\uFEFFb");
    }

    [Fact]
    public void Comments_ids_retries_and_unknown_fields_are_skipped()
    {
        AssertReads(": hello\nid: 7\nretry: 100\nfoo: bar\ndatabase: x\ndata: a\n: in between\n\n:\n\n: only a comment\n\ndata: b\n\n", ":a", ":b");
    }

    [Fact]
    public void A_missing_space_is_accepted_and_only_one_space_is_taken() => AssertReads("data:a\n\ndata:  b \n\nevent:e\ndata:c\n\n", ":a", ": b ", "e:c");

    [Fact]
    public void Several_data_lines_are_joined_with_a_line_feed() => AssertReads("data: {\ndata: \"a\":1\ndata\ndata: }\n\n", ":{\n\"a\":1\n\n}");

    [Fact]
    public void An_event_without_data_is_no_event() => AssertReads("event: ping\n\ndata\n\ndata:\n\n\n\n\ndata: a\n\n", ":a");

    [Fact]
    public void The_last_name_of_an_event_counts_and_does_not_reach_the_next() => AssertReads("event: a\nevent: b\ndata: 1\n\ndata: 2\n\n", "b:1", ":2");

    [Theory]
    [InlineData("data: a\n\ndata: b")]
    [InlineData("data: a\n\ndata: b\n")]
    [InlineData("data: a\r\n\r\ndata: b\r")]
    [InlineData("data: a\r\rdata: b\r")]
    public void An_unterminated_last_event_is_read_at_the_end_only(string stream)
    {
        using var reader = new SseReader();
        Upstream.Feed(reader, Encoding.UTF8.GetBytes(stream), int.MaxValue);
        Assert.Equal([":a"], Drain(reader, atEnd: false));
        Assert.Equal([":b"], Drain(reader, atEnd: true));
        Assert.Empty(Drain(reader, atEnd: true));
    }

    [Fact]
    public void An_event_is_there_as_soon_as_its_blank_line_is()
    {
        using var reader = new SseReader();
        Upstream.Feed(reader, "data: a\r\n\r"u8, int.MaxValue);
        Assert.Equal([":a"], Drain(reader, atEnd: false));
        Upstream.Feed(reader, "\ndata: b\r\n\r\n"u8, int.MaxValue);
        Assert.Equal([":b"], Drain(reader, atEnd: false));
    }

    [Fact]
    public void Unicode_line_separators_do_not_end_lines() => AssertReads("data: a\u2028b\u0085c\u2029d\n\n", ":a\u2028b\u0085c\u2029d");

    [Fact]
    public void Mixed_line_ends_are_read_like_any() => AssertReads("data: a\n\r\ndata: b\r\n\ndata: c\r\r\ndata: d\n\n", ":a", ":b", ":c", ":d");

    [Fact]
    public void An_empty_stream_has_no_events()
    {
        AssertReads("");
        AssertReads("\n");
        AssertReads("\r\n\r\n\r");
        AssertReads("\uFEFF");
    }

    [Theory]
    [InlineData(70_000)]
    [InlineData(1_000_000)]
    public void Large_events_grow_the_buffer_and_lose_nothing(int size)
    {
        var large = new string('x', size);
        var stream = Encoding.UTF8.GetBytes($"data: before\n\ndata: {large}\n\ndata: {large}\ndata: joined\n\ndata: after\n\n");
        foreach (var slice in (int[])[7, 4096, 16_384, int.MaxValue])
            Assert.Equal([":before", $":{large}", $":{large}\njoined", ":after"], Read(stream, Enumerable.Repeat(slice, (stream.Length / slice) + 1)));
    }

    [Fact]
    public void Many_small_events_in_one_read_are_all_found()
    {
        var stream = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(number => $"data: {number}\n\n")));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(number => $":{number}"), Read(stream, [stream.Length]));
    }

    [Fact]
    public void An_event_of_the_largest_size_passes_and_a_larger_one_is_refused()
    {
        const int largest = 40_000;
        var fits = Encoding.UTF8.GetBytes("data: " + new string('x', largest - 7) + "\n\n");
        var tooLarge = Encoding.UTF8.GetBytes("data: " + new string('x', largest - 6) + "\n\n");

        Assert.Single(Read(fits, [fits.Length], largest));
        var error = Assert.Throws<InvalidDataException>(() => Read(tooLarge, [tooLarge.Length], largest));
        Assert.Contains("40000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_that_never_ends_is_refused_before_memory_runs_out()
    {
        using var reader = new SseReader(largestEvent: 100_000);
        var given = 0;
        Assert.Throws<InvalidDataException>(() =>
        {
            while (given < 10_000_000)
            {
                var room = reader.GetMemory().Span;
                room.Fill((byte)'x');
                reader.Advance(room.Length);
                given += room.Length;
                reader.TryRead(out _, out _);
            }
        });
        Assert.InRange(given, 100_000, 400_000);
    }

    [Fact]
    public void Any_events_in_any_slices_come_out_as_they_went_in()
    {
        var cases =
            from events in (from name in Gen.Elements("", "message", "error") from data in Generated.WellFormedText select (name, data)).ListOf()
            from end in Gen.Elements("\n", "\r\n", "\r")
            from seed in Gen.Choose(0, int.MaxValue)
            from largest in Gen.Elements(1, 2, 3, 17, 100, 5000)
            select (events, end, seed, largest);
        Generated.Check(cases, 500, item =>
        {
            var stream = new StringBuilder();
            var expected = new List<string>();
            foreach (var (name, data) in item.events)
            {
                // A data field cannot hold line ends, so the data is sent as lines.
                var lines = data.Split('\r', '\n');
                if (name.Length > 0)
                    stream.Append("event: ").Append(name).Append(item.end);
                foreach (var line in lines)
                    stream.Append("data: ").Append(line).Append(item.end);
                stream.Append(item.end);
                if (string.Join('\n', lines) is { Length: > 0 } joined)
                    expected.Add($"{name}:{joined}");
            }

            var bytes = Encoding.UTF8.GetBytes(stream.ToString());
            Assert.Equal(expected, Read(bytes, Upstream.RandomSizes(item.seed, item.largest).Take(bytes.Length)));
        });
    }

    [Fact]
    public void Any_bytes_in_any_slices_are_read_like_in_one_piece()
    {
        var cases =
            from bytes in Gen.Elements("data", ":", " ", "\n", "\r", "\r\n", "event", "a", "\uFEFF", "é", "\n\n").ListOf()
            from seed in Gen.Choose(0, int.MaxValue)
            select (Encoding.UTF8.GetBytes(string.Concat(bytes)), seed);
        Generated.Check(cases, 1000, item =>
        {
            var (bytes, seed) = item;
            var whole = Read(bytes, [bytes.Length]);
            Assert.Equal(whole, Read(bytes, Enumerable.Repeat(1, bytes.Length)));
            Assert.Equal(whole, Read(bytes, Upstream.RandomSizes(seed, 5).Take(bytes.Length)));
        });
    }

    [Fact]
    public void A_disposed_reader_has_nothing_to_read()
    {
        var reader = new SseReader();
        reader.Dispose();
        reader.Dispose();
        Assert.False(reader.TryRead(out _, out _));
    }

    [Fact]
    public void TheBufferIsLargeOnlyWhileEventsComeFasterThanTheyAreRead()
    {
        const int small = 1024, large = 16 * 1024;
        using var reader = new SseReader();
        Assert.InRange(reader.GetMemory().Length, 1, small);

        Read(new string('x', reader.GetMemory().Length - "data: \n\n".Length));
        Assert.InRange(reader.GetMemory().Length, large, 2 * large);

        for (var read = 0; read < 10; read++)
            Read("a token");
        Assert.InRange(reader.GetMemory().Length, 1, small);

        void Read(string text)
        {
            var bytes = Encoding.UTF8.GetBytes($"data: {text}\n\n");
            bytes.CopyTo(reader.GetMemory());
            reader.Advance(bytes.Length);
            Assert.True(reader.TryRead(out _, out var data));
            Assert.Equal(text, Encoding.UTF8.GetString(data));
            Assert.False(reader.TryRead(out _, out _));
        }
    }

    private static void AssertReads(string stream, params string[] events)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        Assert.Equal(events, Read(bytes, [bytes.Length]));
        Assert.Equal(events, Read(bytes, Enumerable.Repeat(1, bytes.Length)));
        for (var cut = 1; cut < bytes.Length; cut++)
            Assert.Equal(events, Read(bytes, [cut]));
    }

    /// <summary>Every event as <c>name:data</c>.</summary>
    private static List<string> Read(ReadOnlySpan<byte> bytes, IEnumerable<int> sizes, int largest = 16 * 1024 * 1024)
    {
        using var reader = new SseReader(largest);
        var events = new List<string>();
        foreach (var size in sizes.Append(bytes.Length))
        {
            bytes = Upstream.Feed(reader, bytes, size);
            events.AddRange(Drain(reader, atEnd: false));
        }

        events.AddRange(Drain(reader, atEnd: true));
        return events;
    }

    private static List<string> Drain(SseReader reader, bool atEnd)
    {
        var events = new List<string>();
        while (atEnd ? reader.TryReadLast(out var name, out var data) : reader.TryRead(out name, out data))
            events.Add($"{Encoding.UTF8.GetString(name)}:{Encoding.UTF8.GetString(data)}");
        return events;
    }
}
