namespace Dragoman.Conversation;

/// <summary>Why a model stopped (specs/dialects.md 2.17).</summary>
public enum StopReason
{
    /// <summary>The answer ended naturally, or at a stop sequence if the provider does not distinguish the two.</summary>
    Stop,

    /// <summary>The answer ended at a stop sequence.</summary>
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
