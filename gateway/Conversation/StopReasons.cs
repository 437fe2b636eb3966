namespace Dragoman.Conversation;

public static class StopReasons
{
    /// <summary>Whether the answer was cut off by a limit, so that a tool call in it may be incomplete.</summary>
    public static bool IsLimit(this StopReason reason) => reason is StopReason.Length or StopReason.ContextWindow;

    /// <summary>Whether the model stopped by itself, at a stop sequence or not.</summary>
    public static bool IsNatural(this StopReason reason) => reason is StopReason.Stop or StopReason.StopSequence;
}
