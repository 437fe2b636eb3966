using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Embeddings;

/// <summary>
/// A text's vector: the sum of a pseudo-random direction for each of its words in lower case, and a weaker one for the
/// whole text. So the same text always has the same vector, texts that share words are near each other, and different
/// texts have different vectors.
/// </summary>
internal static class EmbeddingVector
{
    public const int Dimensions = 1024;

    private const double WholeTextWeight = 0.25;

    /// <param name="text">Any text.</param>
    /// <param name="dimensions">1 to 1024. A shorter vector is the beginning of the longer one, normalized again.</param>
    public static float[] Of(string text, int dimensions)
    {
        var sum = new double[dimensions];
        Add(sum, CanonicalHash.Of(text), WholeTextWeight);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var length = Tokenizer.FirstTokenLength(rest);
            var word = rest[..length].Trim();
            if (!word.IsEmpty)
                Add(sum, CanonicalHash.Of(word.ToString().ToLowerInvariant()), 1);
            rest = rest[length..];
        }

        var norm = Math.Sqrt(sum.Sum(value => value * value));
        return Array.ConvertAll(sum, value => (float)(value / norm));
    }

    private static void Add(double[] sum, ulong seed, double weight)
    {
        var random = new DeterministicRandom(seed);
        for (var dimension = 0; dimension < sum.Length; dimension++)
            sum[dimension] += weight * ((random.Fraction() * 2) - 1);
    }
}
