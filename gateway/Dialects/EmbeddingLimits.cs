namespace Dragoman.Dialects;

/// <summary>The most that a provider embeds in one call (specs/dialects.md 4.1).</summary>
/// <param name="MostInputs">The number of texts.</param>
/// <param name="MostTokens">The tokens of all texts together.</param>
public sealed record EmbeddingLimits(int MostInputs, int MostTokens)
{
    /// <summary>For a server whose limits are not known. So many long vectors, written as numbers, still fit in one answer.</summary>
    public static readonly EmbeddingLimits Default = new(512, 300_000);
}
