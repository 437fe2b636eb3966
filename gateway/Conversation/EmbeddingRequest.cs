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

    /// <summary>The paths of members of the client's request that are sent to no provider.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>What becomes of a text that is longer than the model reads.</summary>
    public TooLongText TooLongText { get; init; }

    /// <summary>Whether the client takes vectors cut by the gateway where the provider refuses <see cref="Dimensions"/>.</summary>
    public bool TakesCutVectors { get; init; }
}
