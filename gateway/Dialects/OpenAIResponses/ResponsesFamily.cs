using Dragoman.Conversation;

namespace Dragoman.Dialects.OpenAIResponses;

/// <summary>What requests to OpenAI's Responses have in common in both directions.</summary>
public static class ResponsesFamily
{
    /// <summary>The family that extension members of this dialect belong to, and the dialect's name in logs and metrics.</summary>
    public const string Name = "openai.responses";

    public static readonly ClientTraits Client = new() { ShowsReasoningOnRequest = true };
}
