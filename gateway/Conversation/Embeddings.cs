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
}

/// <param name="Vectors">One a text, in the order of the inputs.</param>
/// <param name="Usage">Input tokens only.</param>
public sealed record EmbeddingAnswer(IReadOnlyList<float[]> Vectors, Usage Usage);
