using System.Collections.Frozen;

namespace Dragoman.Access.Directory;

/// <summary>The tags of something that has none.</summary>
internal static class NoTags
{
    public static readonly IReadOnlyDictionary<string, string> Instance = FrozenDictionary<string, string>.Empty;
}
