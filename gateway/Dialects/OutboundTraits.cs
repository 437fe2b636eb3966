using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>What a provider takes and gives for one of its models, where requests have to be fitted to it before they are written.</summary>
public sealed record OutboundTraits
{
    public static readonly OutboundTraits Default = new();

    /// <summary>What the provider takes for a tool's name; the names of a request that is written follow it already.</summary>
    public ToolNameRule ToolNames { get; init; } = ToolNameRule.OpenAI;

    /// <summary>Whether the provider fetches a linked picture, sound or document itself; others are fetched before the request is written.</summary>
    public Func<Part, bool> FetchesLink { get; init; } = _ => true;

    /// <summary>Whether the provider continues several texts in one call.</summary>
    public bool TakesPromptLists { get; init; }

    /// <summary>Whether the provider's answers hold opaque state that it wants to see again.</summary>
    public bool GivesState { get; init; }

    /// <summary>The family whose clients send that state back by themselves; null: no client does.</summary>
    public string? StateFamily { get; init; }
}
