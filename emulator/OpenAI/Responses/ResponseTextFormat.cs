using System.Text.Json;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>Reads <c>text</c>: the required format of the answer.</summary>
internal static class ResponseTextFormat
{
    private static readonly string[] Types = ["text", "json_object", "json_schema"];

    public static ResponseFormat Read(FieldReader body, string[] verbosities)
    {
        if (body.Object("text", nullable: true) is not { } text)
            return ResponseFormat.Text;
        text.OneOf("verbosity", verbosities, nullable: true);
        var result = ResponseFormat.Text;
        if (text.Object("format", nullable: true) is { } format)
        {
            var type = format.OneOf("type", Types, required: true) ?? "text";
            JsonElement? schema = null;
            if (type == "json_schema")
            {
                var name = format.Text("name", required: true);
                format.Text("description", nullable: true);
                var strict = format.Flag("strict", nullable: true) ?? false;
                schema = format.Object("schema", required: true)?.Value;
                if (strict && schema is { } checkedSchema && !body.PassesOthersOver)
                    StrictSchema.Check(checkedSchema, $"response_format '{name}'", "text.format.schema", "invalid_json_schema");
            }

            format.RejectOthers();
            result = new(type != "text", schema);
        }

        text.RejectOthers();
        return result;
    }
}
