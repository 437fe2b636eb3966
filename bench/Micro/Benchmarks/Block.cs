namespace Dragoman.Micro.Benchmarks;

/// <summary>The number of events that are measured at a time.</summary>
internal static class Block
{
    /// <summary>A block that is played repeatedly stays in the caches, like bytes that were just read.</summary>
    public const int Tokens = 512;

    public const int Repeats = 60;

    public const int TokensPerIteration = Tokens * Repeats;
}
