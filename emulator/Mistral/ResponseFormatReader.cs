using System.Text.Json;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Mistral;

/// <summary>Reads <c>response_format</c> by Mistral's closed schema.</summary>
internal static class ResponseFormatReader
{
    private static readonly string[] Types = ["text", "json_object", "json_schema"];

    public static ResponseFormat Read(FieldReader body)
    {
        if (body.Object("response_format") is not { } format)
            return ResponseFormat.Text;
        var type = format.OneOf("type", Types) ?? "text";
        var definition = format.Object("json_schema", required: type == "json_schema", nullable: type != "json_schema");
        JsonElement? schema = null;
        if (definition is not null)
        {
            definition.Text("name", required: true);
            definition.Text("description", nullable: true);
            definition.Flag("strict");
            schema = definition.Object("schema", required: true)?.Value;
            definition.RejectOthers();
        }

        format.RejectOthers();
        return new(type != "text", type == "json_schema" ? schema : null);
    }
}
