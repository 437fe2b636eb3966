using System.Text.Json;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.Mistral;

/// <summary>Writes the <c>usage</c> object. This Mistral has no prompt cache, so cached tokens are always 0.</summary>
internal static class MistralUsage
{
    public static void Write(Utf8JsonWriter json, Usage usage)
    {
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        json.WriteNumber("total_tokens"u8, usage.PromptTokens + usage.CompletionTokens);
        json.WriteNumber("completion_tokens"u8, usage.CompletionTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("num_cached_tokens"u8, 0);
        json.WriteEndObject();
    }
}
