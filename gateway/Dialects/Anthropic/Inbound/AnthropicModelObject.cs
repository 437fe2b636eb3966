using System.Text.Json;
using Dragoman.Catalog;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Inbound;

internal static class AnthropicModelObject
{
    public static void Write(Utf8JsonWriter writer, string id, PublishedModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "model"u8);
        writer.WriteString("id"u8, id);
        writer.WriteString("display_name"u8, id);
        writer.WriteString("created_at"u8, UtcText.Of(DateTimeOffset.FromUnixTimeSeconds(model.ListedDate)));
        writer.WriteNumber("max_input_tokens"u8, model.Metadata.ContextLength);
        writer.WriteEndObject();
    }
}
