namespace Dragoman.Conversation;

/// <summary>Why a model stopped (specs/dialects.md 2.17).</summary>
public enum StopReason
{
    /// <summary>A natural end or a stop sequence.</summary>
    Stop,

    /// <summary>The output limit or the context window was reached.</summary>
    Length,

    /// <summary>The model waits for tool results.</summary>
    ToolCalls,

    /// <summary>The provider withheld the rest.</summary>
    ContentFilter,
}
