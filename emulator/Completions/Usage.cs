using System.Text.Json;

namespace Dragoman.Emulator.Completions;

/// <summary>Tokens of a request and its answer. The emulator caches no prompts, so cached tokens are always 0.</summary>
internal readonly record struct Usage(int PromptTokens, long CompletionTokens)
{
    public void WriteValue(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, PromptTokens);
        json.WriteNumber("total_tokens"u8, PromptTokens + CompletionTokens);
        json.WriteNumber("completion_tokens"u8, CompletionTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("num_cached_tokens"u8, 0);
        json.WriteEndObject();
    }
}
