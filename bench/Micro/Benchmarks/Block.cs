namespace Dragoman.Micro.Benchmarks;

/// <summary>How many events are measured at a time.</summary>
internal static class Block
{
    /// <summary>What is played again and again stays in the caches, as bytes do that have just been read.</summary>
    public const int Tokens = 512;

    public const int Repeats = 60;

    public const int TokensPerIteration = Tokens * Repeats;
}
