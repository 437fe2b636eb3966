namespace Dragoman.Access.Limits;

/// <summary>A point in time, and the segment of half a second that it is in. All processes number the segments in the same way.</summary>
/// <param name="Ticks">Ticks of <see cref="TimeSpan"/> in UTC, as in <see cref="DateTimeOffset.UtcTicks"/>.</param>
internal readonly record struct Moment(long Ticks)
{
    /// <summary>The segments of a minute. What was used in a segment counts until the whole segment is older than a minute.</summary>
    public const int InMinute = 120;

    /// <summary>The segments of a second.</summary>
    public const int InSecond = 2;

    private const long SegmentTicks = TimeSpan.TicksPerSecond / InSecond;

    /// <summary>The number of the segment.</summary>
    public long Segment => Ticks / SegmentTicks;

    /// <summary>When what was used in a segment counts no more.</summary>
    public static Moment AfterMinuteOf(long segment) => new((segment + InMinute + 1) * SegmentTicks);

    public Moment Plus(TimeSpan time) => new(Ticks + time.Ticks);

    /// <summary>The time until a later moment; zero if it has passed.</summary>
    public TimeSpan Until(Moment later) => TimeSpan.FromTicks(Math.Max(0, later.Ticks - Ticks));
}
