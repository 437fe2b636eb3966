using Dragoman.Conversation;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>What the inbound dialects of OpenAI's chat and text completions share.</summary>
internal static class OpenAIFamily
{
    /// <summary>The family that extension members of these dialects belong to.</summary>
    public const string Name = "openai";

    public static readonly ClientTraits Client = new() { ShowsReasoningOnRequest = true, HasReasoning = false };
}
