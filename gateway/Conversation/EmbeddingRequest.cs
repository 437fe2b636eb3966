namespace Dragoman.Conversation;

/// <summary>Texts to embed.</summary>
/// <param name="Model">The model's name exactly as the client wrote it.</param>
/// <param name="Inputs">At least one text, in the client's order.</param>
/// <param name="Dimensions">The length of each vector; null for the model's default.</param>
public sealed record EmbeddingRequest(string Model, IReadOnlyList<string> Inputs, int? Dimensions)
{
    /// <summary>The client's end-user id, a hint.</summary>
    public string? User { get; init; }

    /// <summary>How long the model counts as loaded after this request; null when the client did not say.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>The paths of those members of the client's request that are never sent to a provider.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>How a text that is too long for the model is handled.</summary>
    public TooLongText TooLongText { get; init; }

    /// <summary>Whether the gateway may shorten the vectors itself when the provider rejects <see cref="Dimensions"/>.</summary>
    public bool TakesCutVectors { get; init; }
}
