using Dragoman.Access.Budgets;
using Dragoman.Stores.Ledger;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Access.Budgets;

public sealed class JournalTests : IDisposable
{
    private const int SegmentBytes = 64 * 1024;

    private readonly DirectoryInfo folder = System.IO.Directory.CreateTempSubdirectory("dragoman-journal-");
    private readonly ManualTimeProvider clock = new();
    private readonly Lock gate = new();

    private static Gen<LedgerEntry> Entries =>
        from texts in Generated.WellFormedText.Select(text => text.Replace("\0", "")).ArrayOf(10)
        from numbers in Gen.Choose(0, int.MaxValue).Select(number => (long)number << 20).ArrayOf(7)
        from isKnown in Gen.Elements(true, false)
        select new LedgerEntry
        {
            RequestId = "r" + texts[0],
            Attempt = (int)(numbers[0] >> 20),
            At = DateTimeOffset.UnixEpoch.AddTicks(numbers[1]),
            Accounts = ["team:a:total", "key:" + texts[1]],
            Cost = isKnown ? numbers[2] : null,
            Team = texts[1],
            Key = isKnown ? texts[2] : null,
            Model = texts[3],
            Target = isKnown ? null : texts[4],
            Dialect = texts[5],
            Outcome = texts[6],
            Origin = "reported",
            Status = (int)(numbers[3] >> 20),
            InputTokens = numbers[4],
            OutputTokens = numbers[5],
            ReasoningTokens = numbers[6],
            Tags = isKnown ? new Dictionary<string, string> { [texts[8]] = texts[9], ["b" + texts[8]] = "" } : [],
        };

    [Fact]
    public void An_entry_is_read_as_it_was_written() => Generated.Check(Entries, 300, entry =>
    {
        var buffer = new byte[1 << 20];
        var writer = new RecordWriter(buffer);
        EntryRecord.Write(ref writer, entry);
        var reader = new RecordReader(buffer.AsSpan(0, writer.Length));
        var read = EntryRecord.Read(ref reader, entry.Accounts);
        Assert.Equal(entry.Tags, read.Tags);
        Assert.Equal(entry with { Tags = read.Tags }, read);
    });

    [Fact]
    public void Records_are_read_up_to_the_first_one_that_is_torn()
    {
        var path = Path.Combine(folder.FullName, "x.journal");
        using (var segment = JournalSegment.Create(path, SegmentBytes))
        {
            for (byte number = 1; number <= 3; number++)
                Assert.True(segment.TryAppend(Frame(number, 1000)));
        }

        Assert.Equal([1, 2, 3], ContentsOf(path, out var isDamaged));
        Assert.False(isDamaged);
        var bytes = File.ReadAllBytes(path);
        for (var cut = 2 * 1008; cut < 3 * 1008; cut += 13)
        {
            var torn = bytes.ToArray();
            torn.AsSpan(cut, (3 * 1008) - cut).Clear();
            File.WriteAllBytes(path, torn);
            Assert.Equal([1, 2], ContentsOf(path, out isDamaged));
            Assert.Equal(cut > 2 * 1008, isDamaged);
        }

        for (var flipped = 1008; flipped < 2 * 1008; flipped += 7)
        {
            var wrong = bytes.ToArray();
            wrong[flipped] ^= 1;
            File.WriteAllBytes(path, wrong);
            Assert.Equal([1], ContentsOf(path, out isDamaged));
            Assert.True(isDamaged);
        }
    }

    [Fact]
    public void A_full_segment_accepts_nothing()
    {
        var path = Path.Combine(folder.FullName, "x.journal");
        using var segment = JournalSegment.Create(path, SegmentBytes);
        var count = 0;
        while (segment.TryAppend(Frame(7, 1000)))
            count++;
        Assert.Equal(SegmentBytes / 1008, count);
        Assert.Equal(count, ContentsOf(path, out var isDamaged).Count);
        Assert.False(isDamaged);
        Assert.Equal(SegmentBytes, new FileInfo(path).Length);
    }

    [Fact]
    public async Task Nobody_takes_the_journal_of_a_process_that_lives()
    {
        Assert.True(JournalLock.WorksIn(folder.FullName));
        var journal = Journal.Create(folder.FullName, "one", gate, clock, SegmentBytes);
        Assert.True(journal.TryRotate(new("one", 1, 0, 0, 0)));
        Assert.Equal(["one"], JournalLock.ProcessesIn(folder.FullName));
        Assert.Null(Journal.TryTakeOver(folder.FullName, "one", gate, clock, SegmentBytes));
        Assert.Null(Journal.TryTakeOver(folder.FullName, "other", gate, clock, SegmentBytes));
        journal.Dispose();

        using var taken = Journal.TryTakeOver(folder.FullName, "one", gate, clock, SegmentBytes);
        Assert.NotNull(taken);
        Assert.Null(Journal.TryTakeOver(folder.FullName, "one", gate, clock, SegmentBytes));
        Assert.Equal(new SegmentHeader("one", 1, 0, 0, 0), Assert.Single(taken.Segments).Header);
        lock (gate)
            Assert.True(taken.TryRotate(new("one", 2, 5, 4, 3)));
        await taken.DeleteAsync();
        Assert.Empty(folder.EnumerateFiles());
    }

    [Fact]
    public async Task A_record_is_flushed_soon_without_being_asked()
    {
        using var journal = Journal.Create(folder.FullName, "one", gate, clock, SegmentBytes);
        lock (gate)
        {
            Assert.True(journal.TryRotate(new("one", 1, 0, 0, 0)));
            Assert.True(journal.TryAppend(Frame(1, 10), out var position));
            Assert.Equal(1, position.Segment);
        }

        Assert.True(journal.Segments[0].IsDirty);
        clock.Advance(Journal.LongestDelay);
        Assert.False(journal.Segments[0].IsDirty);
        await journal.FlushAsync();
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_says_so()
    {
        using var journal = Journal.Create(folder.FullName, "one", gate, clock, SegmentBytes);
        File.WriteAllText(Path.Combine(folder.FullName, "one-1.journal"), "");
        Assert.False(journal.TryRotate(new("one", 1, 0, 0, 0)));
        Assert.IsAssignableFrom<IOException>(journal.Failure);
        Assert.False(journal.TryAppend(Frame(1, 10), out _));
        await journal.FlushAsync();
    }

    [Fact]
    public void A_journal_of_another_release_is_left_alone()
    {
        using (var journal = Journal.Create(folder.FullName, "one", gate, clock, SegmentBytes))
        {
            var content = new byte[RecordFrame.Overhead + SegmentHeader.Longest];
            var record = new RecordWriter(content.AsSpan(RecordFrame.Overhead));
            record.Add((byte)RecordKind.Header);
            record.Add(1);
            RecordFrame.Seal(content);
            File.WriteAllBytes(Path.Combine(folder.FullName, "one-1.journal"), content);
        }

        Assert.Throws<IOException>(() => Journal.TryTakeOver(folder.FullName, "one", gate, clock, SegmentBytes));
        Assert.Equal(2, folder.EnumerateFiles().Count());
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static byte[] Frame(byte value, int length)
    {
        var frame = new byte[RecordFrame.Overhead + length];
        frame.AsSpan(RecordFrame.Overhead).Fill(value);
        RecordFrame.Seal(frame);
        return frame;
    }

    private static List<byte> ContentsOf(string path, out bool isDamaged)
    {
        using var reader = new JournalReader(path);
        var contents = new List<byte>();
        while (reader.TryRead(out var content))
            contents.Add(content[0]);
        isDamaged = reader.IsDamaged;
        return contents;
    }
}
