namespace Dragoman.Conversation;

/// <summary>
/// How a client's dialect treats features that a provider may lack. The dialect that reads the request sets these traits.
/// Code that writes to a provider uses them and never the client's name.
/// </summary>
public sealed record ClientTraits
{
    public static readonly ClientTraits Default = new();

    /// <summary>
    /// Whether clients work without the log probabilities that they requested. These are then reported as dropped, and the
    /// request is not rejected (specs/ollama.md 5.2).
    /// </summary>
    public bool ToleratesMissingLogprobs { get; init; }

    /// <summary>Whether clients show reasoning only when they request its text, and not whenever a model reasons (specs/dialects.md 2.6).</summary>
    public bool ShowsReasoningOnRequest { get; init; }

    /// <summary>Whether an answer in the client's dialect has a member for reasoning.</summary>
    public bool HasReasoning { get; init; } = true;

    /// <summary>Whether a malformed model name is rejected as invalid. Otherwise it is reported as not found (specs/ollama.md 0.6, 0.7).</summary>
    public bool RefusesMalformedNames { get; init; }
}
