namespace Dragoman.Access.Directory;

/// <summary>The tags of a caller's requests.</summary>
internal static class CallerTags
{
    /// <summary>Those of the team and of the key, whose value counts if both have a tag of one name.</summary>
    /// <param name="team">The team; null for none.</param>
    /// <param name="key">The key; null for none.</param>
    public static IReadOnlyDictionary<string, string> Of(Team? team, TeamKey? key)
    {
        if (key is null || key.Tags.Count == 0)
            return team?.Tags ?? NoTags.Instance;
        if (team is null || team.Tags.Count == 0)
            return key.Tags;
        var tags = new SortedDictionary<string, string>(team.Tags.ToDictionary(), StringComparer.Ordinal);
        foreach (var (name, value) in key.Tags)
            tags[name] = value;
        return tags;
    }
}
