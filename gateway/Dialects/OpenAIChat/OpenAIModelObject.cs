using System.Text.Json;
using Dragoman.Catalog;

namespace Dragoman.Dialects.OpenAIChat;

internal static class OpenAIModelObject
{
    public static void Write(Utf8JsonWriter writer, string id, PublishedModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteString("object"u8, "model"u8);
        writer.WriteNumber("created"u8, model.ListedDate);
        writer.WriteString("owned_by"u8, model.Targets[0].Provider);
        writer.WriteEndObject();
    }
}
