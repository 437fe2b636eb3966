using System.Globalization;

namespace Dragoman.Access.Budgets;

/// <summary>
/// What a process reserves and settles, in files that outlive it, so that the next process can settle what this one could not.
/// A record costs a copy in memory, and survives the end of the process, however it ends. It survives the end of the machine
/// <see cref="LongestDelay"/> later.
/// </summary>
/// <remarks>
/// Records are appended to segments of one size. A segment is deleted as a whole, the oldest first, when nobody needs it any more.
/// All members except <see cref="FlushAsync"/> are called under the lock of the ledger.
/// </remarks>
internal sealed class Journal : IDisposable
{
    /// <summary>The bytes of a segment: some 10,000 settlements.</summary>
    public const int SegmentBytes = 4 * 1024 * 1024;

    /// <summary>How long after a record was written it is on the disk.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(50);

    private const string Extension = ".journal";

    private readonly string folder;
    private readonly JournalLock owner;
    private readonly Lock gate;
    private readonly int segmentBytes;
    private readonly List<JournalSegment> segments = [];
    private readonly ITimer? timer;
    private int files;
    private bool isArmed;
    private Task work = Task.CompletedTask;
    private Task<JournalSegment>? next;

    private Journal(string folder, string process, JournalLock owner, Lock gate, TimeProvider clock, int segmentBytes)
    {
        (this.folder, Process, this.owner, this.gate, this.segmentBytes) = (folder, process, owner, gate, segmentBytes);
        timer = clock.CreateTimer(static journal => ((Journal)journal!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The process that wrote it.</summary>
    public string Process { get; }

    /// <summary>Why nothing can be written any more; null if it can.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The segments, the oldest first. The last one is written.</summary>
    public IReadOnlyList<JournalSegment> Segments => segments;

    /// <summary>The number of the segment that is written.</summary>
    public long Current => segments.Count == 0 ? 0 : segments[^1].Header.Number;

    /// <summary>Whether the segment that is written has less than half of its bytes left.</summary>
    public bool IsHalfFull => segments.Count == 0 || segments[^1].Free < segmentBytes / 2;

    /// <summary>Begins the journal of a process that has just started.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be written.</exception>
    public static Journal Create(string folder, string process, Lock gate, TimeProvider clock, int segmentBytes = SegmentBytes) =>
        JournalLock.TryTake(folder, process, isNew: true) is { } owner
            ? new(folder, process, owner, gate, clock, segmentBytes)
            : throw new IOException($"The file {process}{JournalLock.Extension} cannot be locked.");

    /// <summary>Takes the journal of a process that has ended.</summary>
    /// <returns>Null if the process lives.</returns>
    /// <exception cref="IOException">Its files cannot be read.</exception>
    public static Journal? TryTakeOver(string folder, string process, Lock gate, TimeProvider clock, int segmentBytes = SegmentBytes)
    {
        if (JournalLock.TryTake(folder, process, isNew: false) is not { } owner)
            return null;
        var journal = new Journal(folder, process, owner, gate, clock, segmentBytes);
        try
        {
            journal.Find();
            // Now, because later the lock of the ledger would wait for it.
            journal.next = Task.FromResult(journal.CreateSegment());
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Writes a record, if it fits into the segment.</summary>
    /// <returns>False if a new segment must be begun before.</returns>
    public bool TryAppend(ReadOnlySpan<byte> frame, out JournalPosition position)
    {
        position = default;
        if (segments.Count == 0)
            return false;
        var segment = segments[^1];
        position = new(segment.Header.Number, segment.Used);
        if (!segment.TryAppend(frame))
            return false;
        if (!isArmed)
        {
            isArmed = true;
            timer!.Change(LongestDelay, Timeout.InfiniteTimeSpan);
        }

        // The next segment takes milliseconds, and should be there before somebody needs it.
        if (next is null && IsHalfFull)
            next = Task.Run(CreateSegment);
        return true;
    }

    /// <summary>Begins a new segment.</summary>
    /// <param name="header">What it begins with.</param>
    /// <returns>False if that is not possible; <see cref="Failure"/> says why, and nothing is written any more.</returns>
    public bool TryRotate(SegmentHeader header)
    {
        if (Failure is not null)
            return false;
        try
        {
            var prepared = next;
            next = null;
            var isReady = prepared is { IsCompletedSuccessfully: true };
            if (!isReady && prepared is not null)
                Then(() => DiscardAsync(prepared));
            var segment = isReady ? prepared!.Result : CreateSegment();
            segment.Header = header;
            var buffer = new byte[RecordFrame.Overhead + SegmentHeader.Longest];
            var record = new RecordWriter(buffer.AsSpan(RecordFrame.Overhead));
            record.Add((byte)RecordKind.Header);
            header.Write(ref record);
            var frame = buffer.AsSpan(0, RecordFrame.Overhead + record.Length);
            RecordFrame.Seal(frame);
            segment.TryAppend(frame);
            if (segments.Count > 0)
                segments[^1].IsRetired = segments[^1].IsDirty = true;
            segments.Add(segment);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Failure = exception;
            return false;
        }
    }

    /// <summary>Waits until everything that was written before is on the disk.</summary>
    public Task FlushAsync()
    {
        lock (gate)
        {
            List<(JournalSegment Segment, bool IsRetired)>? dirty = null;
            foreach (var segment in segments)
            {
                if (!segment.IsDirty)
                    continue;
                segment.IsDirty = false;
                (dirty ??= []).Add((segment, segment.IsRetired));
            }

            if (dirty is not null)
                Then(() => Flush(dirty));
            return work;
        }
    }

    /// <summary>Deletes the segments whose number is lower.</summary>
    public void DeleteBefore(long number)
    {
        while (segments.Count > 1 && segments[0].Header.Number < number)
        {
            var segment = segments[0];
            segments.RemoveAt(0);
            Then(() => Delete(segment));
        }
    }

    /// <summary>Deletes everything: the store has it.</summary>
    /// <returns>Ends when it is done.</returns>
    public Task DeleteAsync()
    {
        timer!.Dispose();
        var all = segments.ToArray();
        segments.Clear();
        var unused = next;
        next = null;
        Failure ??= new ObjectDisposedException(nameof(Journal));
        Then(async () =>
        {
            foreach (var segment in all)
                Delete(segment);
            if (unused is not null)
                await DiscardAsync(unused).ConfigureAwait(false);
            owner.Delete();
        });
        return work;
    }

    /// <summary>Ends it, and leaves its files to another process.</summary>
    public void Dispose()
    {
        timer!.Dispose();
        foreach (var segment in segments)
            segment.Dispose();
        if (next is not null)
            Then(() => DiscardAsync(next));
        owner.Dispose();
    }

    private static void Flush(List<(JournalSegment Segment, bool IsRetired)> dirty)
    {
        foreach (var (segment, isRetired) in dirty)
        {
            segment.Flush();
            if (isRetired)
                segment.Dispose();
        }
    }

    private static void Delete(JournalSegment segment)
    {
        segment.Dispose();
        File.Delete(segment.Path);
    }

    private static async Task DiscardAsync(Task<JournalSegment> unused) => Delete(await unused.ConfigureAwait(false));

    private JournalSegment CreateSegment()
    {
        var number = Interlocked.Increment(ref files).ToString(CultureInfo.InvariantCulture);
        return JournalSegment.Create(Path.Combine(folder, $"{Process}-{number}{Extension}"), segmentBytes);
    }

    /// <summary>Finds the segments of a process that has ended. One that has no header was not used.</summary>
    private void Find()
    {
        foreach (var path in System.IO.Directory.EnumerateFiles(folder, $"{Process}-*{Extension}"))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(path.AsSpan())[(Process.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                files = Math.Max(files, number);
            SegmentHeader? header = null;
            using (var reader = new JournalReader(path))
            {
                if (reader.TryRead(out var content))
                {
                    var record = new RecordReader(content);
                    if (record.ReadByte() != (byte)RecordKind.Header || (header = SegmentHeader.Read(ref record)) is null)
                        throw new IOException($"Another release wrote {Path.GetFileName(path)}.");
                }
            }

            if (header is { } known)
                segments.Add(JournalSegment.Of(path, known));
            else
                File.Delete(path);
        }

        segments.Sort(static (one, other) => one.Header.Number.CompareTo(other.Header.Number));
    }

    /// <summary>Files are changed one after the other, and not by a thread that has the lock.</summary>
    private void Then(Func<Task> action) => work = AfterAsync(work, action);

    private void Then(Action action) => Then(() =>
    {
        action();
        return Task.CompletedTask;
    });

    private static async Task AfterAsync(Task previous, Func<Task> action)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Run(action).ConfigureAwait(false);
    }

    private void OnTimer()
    {
        lock (gate)
            isArmed = false;
        // Who needs to know whether it succeeds flushes before he sends.
        _ = FlushAsync();
    }
}
