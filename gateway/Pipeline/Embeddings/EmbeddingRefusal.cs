namespace Dragoman.Pipeline.Embeddings;

/// <summary>Why a provider rejected an embedding call, if a changed call can succeed.</summary>
internal enum EmbeddingRefusal
{
    /// <summary>A reason that no changed call can remove.</summary>
    Other,

    /// <summary>The model's vectors have a fixed length, or cannot be as long as requested.</summary>
    Dimensions,

    /// <summary>The call has more texts than one call may have, or more tokens in all texts together.</summary>
    TooManyTogether,

    /// <summary>A text is longer than the model can read.</summary>
    TextTooLong,
}
