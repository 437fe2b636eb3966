namespace Dragoman.Access.Tokens;

/// <summary>
/// Remembers verified tokens until a time, and at most so many: a new one takes the place of the one that was used longest ago.
/// Every operation takes the same short time, however many tokens are remembered.
/// </summary>
/// <param name="most">How many tokens are remembered.</param>
internal sealed class TokenCache(int most)
{
    private readonly Lock gate = new();
    private readonly Dictionary<TokenDigest, Entry> entries = [];

    /// <summary>The entry that was used last. The entries form a list in the order of their use.</summary>
    private Entry? newest;

    private Entry? oldest;

    public int Count
    {
        get
        {
            lock (gate)
                return entries.Count;
        }
    }

    /// <summary>The remembered result; null when there is none or its time is over.</summary>
    public VerifiedToken? Find(in TokenDigest digest, DateTimeOffset now)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(digest, out var entry))
                return null;
            if (now >= entry.Until)
            {
                Remove(entry);
                return null;
            }

            if (entry != newest)
            {
                Unlink(entry);
                LinkAsNewest(entry);
            }

            return entry.Token;
        }
    }

    public void Add(in TokenDigest digest, VerifiedToken token, DateTimeOffset until)
    {
        lock (gate)
        {
            if (entries.TryGetValue(digest, out var earlier))
                Remove(earlier);
            else if (entries.Count >= most)
                Remove(oldest!);
            var entry = new Entry(digest, token, until);
            entries.Add(digest, entry);
            LinkAsNewest(entry);
        }
    }

    private void Remove(Entry entry)
    {
        entries.Remove(entry.Digest);
        Unlink(entry);
    }

    private void LinkAsNewest(Entry entry)
    {
        entry.Older = newest;
        entry.Newer = null;
        if (newest is null)
            oldest = entry;
        else
            newest.Newer = entry;
        newest = entry;
    }

    private void Unlink(Entry entry)
    {
        if (entry.Newer is null)
            newest = entry.Older;
        else
            entry.Newer.Older = entry.Older;
        if (entry.Older is null)
            oldest = entry.Newer;
        else
            entry.Older.Newer = entry.Newer;
    }

    private sealed class Entry(TokenDigest digest, VerifiedToken token, DateTimeOffset until)
    {
        public TokenDigest Digest { get; } = digest;

        public VerifiedToken Token { get; } = token;

        public DateTimeOffset Until { get; } = until;

        public Entry? Newer { get; set; }

        public Entry? Older { get; set; }
    }
}
