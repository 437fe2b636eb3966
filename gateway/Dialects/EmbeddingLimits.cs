namespace Dragoman.Dialects;

/// <summary>How much a provider embeds in one call (specs/dialects.md 4.1).</summary>
/// <param name="MostInputs">Texts in one call.</param>
/// <param name="MostTokens">Tokens of all texts of one call together.</param>
public sealed record EmbeddingLimits(int MostInputs, int MostTokens)
{
    /// <summary>For a server whose limits are not known. As many long vectors, written as numbers, still fit one answer.</summary>
    public static readonly EmbeddingLimits Default = new(512, 300_000);
}
