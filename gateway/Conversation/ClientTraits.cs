namespace Dragoman.Conversation;

/// <summary>
/// What a client's dialect makes of things that providers may lack, set by the dialect that reads the request. Whoever
/// writes to a provider asks for these, never for the client's name.
/// </summary>
public sealed record ClientTraits
{
    public static readonly ClientTraits Default = new();

    /// <summary>Clients treat missing log probabilities as absent, so that they are reported as dropped instead of refused (specs/ollama.md 5.2).</summary>
    public bool ToleratesMissingLogprobs { get; init; }

    /// <summary>Clients show reasoning only when they asked for its words, not whenever a model reasons (specs/dialects.md 2.6).</summary>
    public bool ShowsReasoningOnRequest { get; init; }

    /// <summary>Whether an answer in the client's dialect has a member for reasoning.</summary>
    public bool HasReasoning { get; init; } = true;

    /// <summary>Clients expect a text that cannot be a model's name to be refused as such, instead of not found (specs/ollama.md 0.6, 0.7).</summary>
    public bool RefusesMalformedNames { get; init; }
}
