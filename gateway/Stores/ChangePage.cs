namespace Dragoman.Stores;

/// <summary>A part of the feed of changes. It ends after a whole write, so a reader never sees half of one.</summary>
/// <param name="Changes">The changes in the order of their versions.</param>
/// <param name="Version">The version up to which the reader now knows everything: the next page's <c>after</c>.</param>
/// <param name="HasMore">Whether there are changes after this page already.</param>
public sealed record ChangePage(IReadOnlyList<DocumentChange> Changes, long Version, bool HasMore)
{
    /// <summary>A page of what a store found after a version.</summary>
    /// <param name="found">Up to <paramref name="take"/> + 1 changes; the last one may be in the middle of its write.</param>
    /// <param name="take">How many the reader asked for: at least as many as one write can change.</param>
    /// <param name="version">The store's version, read before <paramref name="found"/>.</param>
    internal static ChangePage Of(List<DocumentChange> found, int take, long version)
    {
        if (found.Count <= take)
            return new(found, found.Count == 0 ? version : Math.Max(version, found[^1].Version), HasMore: false);
        var cut = found[^1].Version;
        found.RemoveAll(change => change.Version == cut);
        return new(found, found[^1].Version, HasMore: true);
    }
}
