using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>What a provider accepts and returns for one of its models, as far as requests must be adapted to it before they are written.</summary>
public sealed record OutboundTraits
{
    public static readonly OutboundTraits Default = new();

    /// <summary>The provider's rule for tool names. The names in a request follow it before the request is written.</summary>
    public ToolNameRule ToolNames { get; init; } = ToolNameRule.OpenAI;

    /// <summary>Whether the provider itself fetches a linked image, audio file or document; the gateway fetches others before it writes the request.</summary>
    public Func<Part, bool> FetchesLink { get; init; } = _ => true;

    /// <summary>Whether the provider accepts several prompts in one call.</summary>
    public bool TakesPromptLists { get; init; }

    /// <summary>Whether the provider's answers contain opaque state that it needs back in later requests.</summary>
    public bool GivesState { get; init; }

    /// <summary>The family whose clients send that state back themselves; null when no client does.</summary>
    public string? StateFamily { get; init; }
}
