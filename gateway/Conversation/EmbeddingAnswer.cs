namespace Dragoman.Conversation;

/// <param name="Vectors">One vector for each text, in the order of the inputs.</param>
/// <param name="Usage">Input tokens only.</param>
public sealed record EmbeddingAnswer(IReadOnlyList<float[]> Vectors, Usage Usage)
{
    /// <summary>The estimate for a value of up to nine digits, with a sign, a decimal point, a comma and sometimes an exponent.</summary>
    private const int BytesPerNumber = 13;

    private const int BytesBesides = 256;

    /// <summary>The memory that the vectors take, in bytes.</summary>
    public long Bytes => sizeof(float) * Vectors.Sum(vector => (long)vector.Length);

    /// <summary>About how many bytes the vectors take in JSON when they are written as numbers.</summary>
    public int JsonLength => (int)Math.Min(Array.MaxLength / 2, Vectors.Sum(vector => (long)(vector.Length * BytesPerNumber) + BytesBesides) + BytesBesides);
}
