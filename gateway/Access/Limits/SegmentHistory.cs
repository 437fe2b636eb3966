namespace Dragoman.Access.Limits;

/// <summary>How much was used in each segment of the last minute. Segments without use need no memory.</summary>
internal sealed class SegmentHistory
{
    private (long Segment, long Count)[] entries = [];
    private int first;
    private int length;

    /// <summary>The sum over all segments.</summary>
    public long Total { get; private set; }

    /// <summary>The number of segments with use.</summary>
    public int Length => length;

    /// <summary>A segment and its use, the oldest first.</summary>
    public (long Segment, long Count) this[int index] => entries[first + index];

    /// <summary>Adds to a segment, usually to the newest. A negative count takes back.</summary>
    public void Add(long segment, long count)
    {
        Total += count;
        if (length > 0 && entries[first + length - 1].Segment == segment)
        {
            entries[first + length - 1].Count += count;
            return;
        }

        var index = length;
        while (index > 0 && entries[first + index - 1].Segment > segment)
            index--;
        if (index > 0 && entries[first + index - 1].Segment == segment)
            entries[first + index - 1].Count += count;
        else
            Insert(index, (segment, count));
    }

    /// <summary>Adds every segment of another history.</summary>
    public void Add(SegmentHistory other)
    {
        for (var index = 0; index < other.length; index++)
            Add(other[index].Segment, other[index].Count);
    }

    /// <summary>Takes up to a count from a segment, if it has any.</summary>
    /// <returns>What was taken.</returns>
    public long Remove(long segment, long most)
    {
        for (var index = length - 1; index >= 0 && entries[first + index].Segment >= segment; index--)
        {
            if (entries[first + index].Segment != segment)
                continue;
            var removed = Math.Clamp(entries[first + index].Count, 0, most);
            entries[first + index].Count -= removed;
            Total -= removed;
            return removed;
        }

        return 0;
    }

    /// <summary>Forgets what is older than a minute. What is in the future, because a clock was set back, counts as used now.</summary>
    public void Expire(long now)
    {
        while (length > 0 && now - entries[first].Segment > Moment.InMinute)
        {
            Total -= entries[first].Count;
            first++;
            length--;
        }

        while (length > 0 && entries[first + length - 1].Segment > now)
        {
            var (_, count) = entries[first + --length];
            Total -= count;
            Add(now, count);
        }
    }

    /// <summary>Forgets segments from which more was taken back than they had.</summary>
    public void DropNegative()
    {
        for (var index = 0; index < length; index++)
        {
            ref var entry = ref entries[first + index];
            if (entry.Count >= 0)
                continue;
            Total -= entry.Count;
            entry.Count = 0;
        }
    }

    /// <summary>The segment with whose end a number of permits have come back; null if there are fewer.</summary>
    public long? ThatGivesBack(long permits)
    {
        for (var index = 0; index < length; index++)
        {
            permits -= entries[first + index].Count;
            if (permits <= 0)
                return entries[first + index].Segment;
        }

        return null;
    }

    public void Clear() => (Total, first, length) = (0, 0, 0);

    private void Insert(int index, (long Segment, long Count) entry)
    {
        if (first + length == entries.Length)
        {
            // Space that expired segments left is used before more is asked for.
            var target = first >= entries.Length / 2 && first > 0 ? entries : new (long, long)[Math.Max(4, entries.Length * 2)];
            Array.Copy(entries, first, target, 0, length);
            (entries, first) = (target, 0);
        }

        Array.Copy(entries, first + index, entries, first + index + 1, length - index);
        entries[first + index] = entry;
        length++;
    }
}
