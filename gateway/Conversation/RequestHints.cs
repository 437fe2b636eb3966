namespace Dragoman.Conversation;

/// <summary>Members that a provider may use and whose loss changes no answer (specs/dialects.md 2.9). Null when the client did not say.</summary>
public sealed record RequestHints
{
    public static readonly RequestHints None = new();

    /// <summary>An opaque id of the end user.</summary>
    public string? User { get; init; }

    /// <summary>A raw JSON object that maps names to strings.</summary>
    public string? Metadata { get; init; }

    /// <summary>One of OpenAI's names: <c>auto</c>, <c>default</c>, <c>flex</c>, <c>priority</c>…</summary>
    public string? ServiceTier { get; init; }

    public string? PromptCacheKey { get; init; }

    /// <summary>Whether the provider should store the answer.</summary>
    public bool? Store { get; init; }

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>.</summary>
    public string? Verbosity { get; init; }

    /// <summary>Raw JSON with text that most of the answer is expected to repeat.</summary>
    public string? Prediction { get; init; }

    /// <summary>OpenAI's names of the members that are set, for outbound dialects that report what they drop.</summary>
    public IEnumerable<string> SetMembers()
    {
        if (User is not null)
            yield return "user";
        if (Metadata is not null)
            yield return "metadata";
        if (ServiceTier is not null)
            yield return "service_tier";
        if (PromptCacheKey is not null)
            yield return "prompt_cache_key";
        if (Store is not null)
            yield return "store";
        if (Verbosity is not null)
            yield return "verbosity";
        if (Prediction is not null)
            yield return "prediction";
    }
}
