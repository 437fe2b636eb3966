namespace Dragoman.Conversation;

/// <summary>Texts to be turned into vectors.</summary>
/// <param name="Model">The model's name exactly as the client wrote it.</param>
/// <param name="Inputs">At least one text, in the client's order.</param>
/// <param name="Dimensions">Null: the model's own.</param>
public sealed record EmbeddingRequest(string Model, IReadOnlyList<string> Inputs, int? Dimensions)
{
    /// <summary>The client's end-user id, a hint.</summary>
    public string? User { get; init; }

    /// <summary>For how long the model counts as loaded after this request; null: the client did not say.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Members of the client's request that no provider is told of, by path.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>What becomes of a text that is longer than the model reads.</summary>
    public TooLongText TooLongText { get; init; }

    /// <summary>Whether the client takes vectors cut by the gateway where the provider refuses <see cref="Dimensions"/>.</summary>
    public bool TakesCutVectors { get; init; }
}

/// <summary>What becomes of a text that is longer than the model reads.</summary>
public enum TooLongText
{
    /// <summary>The client gets the provider's own words.</summary>
    LeftToProvider,

    /// <summary>The client gets a 400 in Ollama's words (specs/ollama.md 2.3).</summary>
    Refused,

    /// <summary>Its end is left out.</summary>
    Cut,
}

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

/// <summary>How much a provider embeds in one call (specs/dialects.md 4.1).</summary>
/// <param name="MostInputs">Texts in one call.</param>
/// <param name="MostTokens">Tokens of all texts of one call together.</param>
public sealed record EmbeddingLimits(int MostInputs, int MostTokens)
{
    /// <summary>For a server whose limits are not known. As many long vectors, written as numbers, still fit one answer.</summary>
    public static readonly EmbeddingLimits Default = new(512, 300_000);
}
