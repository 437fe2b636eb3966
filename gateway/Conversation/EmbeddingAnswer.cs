namespace Dragoman.Conversation;

/// <param name="Vectors">One a text, in the order of the inputs.</param>
/// <param name="Usage">Input tokens only.</param>
public sealed record EmbeddingAnswer(IReadOnlyList<float[]> Vectors, Usage Usage)
{
    /// <summary>A value of up to nine digits with sign, point, exponent now and then, and comma.</summary>
    private const int BytesPerNumber = 13;

    private const int BytesBesides = 256;

    /// <summary>What the vectors take.</summary>
    public long Bytes => sizeof(float) * Vectors.Sum(vector => (long)vector.Length);

    /// <summary>About how many bytes of JSON the vectors make when written as numbers.</summary>
    public int JsonLength => (int)Math.Min(Array.MaxLength / 2, Vectors.Sum(vector => (long)(vector.Length * BytesPerNumber) + BytesBesides) + BytesBesides);
}
