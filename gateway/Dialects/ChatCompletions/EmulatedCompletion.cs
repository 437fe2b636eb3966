using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Converts a text completion to a chat, for models that only chat (specs/dialects.md 2.18).</summary>
internal static class EmulatedCompletion
{
    /// <summary>The request with its prompt as a user message, which the request readers have already written.</summary>
    /// <exception cref="GatewayException">The request has a suffix or several prompts.</exception>
    public static ChatRequest AsChat(ChatRequest request, LossReport losses)
    {
        if (request.Completion?.Suffix is not null)
            throw GatewayException.Invalid("suffix", TargetText.NoSuffixForChat);
        if (request.Completion?.FurtherPrompts.Count > 0)
            throw GatewayException.Invalid("prompt", TargetText.OnePromptForChat);
        losses.Emulated("raw completion");
        return request with { Completion = null };
    }
}
