namespace Dragoman.Pipeline.Embeddings;

/// <summary>What a provider finds wrong with an embedding call, as far as another call can put it right.</summary>
internal enum EmbeddingRefusal
{
    /// <summary>Nothing that another call could put right.</summary>
    Other,

    /// <summary>The model's vectors have one length only, or none so long.</summary>
    Dimensions,

    /// <summary>More texts, or more tokens in all of them, than one call may hold.</summary>
    TooManyTogether,

    /// <summary>A text is longer than the model reads.</summary>
    TextTooLong,
}
