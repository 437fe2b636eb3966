namespace Dragoman.Stores;

/// <summary>An entry of the audit log, which nothing changes or removes.</summary>
/// <param name="Version">The version of the write that appended it.</param>
/// <param name="Index">Its index in <see cref="Write.Audit"/> of that write.</param>
/// <param name="Json">Its content, byte for byte as it was written.</param>
public sealed record AuditEntry(long Version, int Index, ReadOnlyMemory<byte> Json)
{
    /// <summary>Positions of one write. There are more than <see cref="StoreLimits.MostAudit"/>, so that the limit can grow.</summary>
    private const int PositionsPerWrite = 100;

    /// <summary>Its place in the log. Later entries have greater ones, with gaps.</summary>
    public long Position => PositionOf(Version, Index);

    internal static long PositionOf(long version, int index) => (version * PositionsPerWrite) + index;

    internal static AuditEntry At(long position, ReadOnlyMemory<byte> json) => new(position / PositionsPerWrite, (int)(position % PositionsPerWrite), json);
}
