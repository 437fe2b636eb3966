namespace Dragoman.Conversation;

/// <summary>Why a model stopped (specs/dialects.md 2.17).</summary>
public enum StopReason
{
    /// <summary>A natural end, or a stop sequence where the provider does not tell the two apart.</summary>
    Stop,

    /// <summary>A stop sequence.</summary>
    StopSequence,

    /// <summary>The output limit was reached.</summary>
    Length,

    /// <summary>The context window is full.</summary>
    ContextWindow,

    /// <summary>The model waits for tool results.</summary>
    ToolCalls,

    /// <summary>The provider withheld the rest.</summary>
    ContentFilter,
}
