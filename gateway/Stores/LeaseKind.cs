namespace Dragoman.Stores;

/// <summary>
/// The kinds of documents that are leases: their names begin with <c>lease-</c>. The processes that share them write them about once
/// a second and read them by their names. So they are not in the feed, where every process would read all of them, and a
/// deleted one leaves nothing behind.
/// </summary>
internal static class LeaseKind
{
    /// <summary>
    /// The condition of SQL that leaves them out. The index of the feed has the same one, literally, because otherwise a database would
    /// not see that the index has all that is asked for.
    /// </summary>
    public const string Excluded = "substr(kind, 1, 6) <> 'lease-'";

    private const string Prefix = "lease-";

    /// <summary>Whether a kind is one of them.</summary>
    public static bool Contains(string kind) => kind.StartsWith(Prefix, StringComparison.Ordinal);
}
