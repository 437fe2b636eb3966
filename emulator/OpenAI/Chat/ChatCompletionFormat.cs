using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI.Chat;

/// <summary>Reads <c>response_format</c>.</summary>
internal static class ChatCompletionFormat
{
    private static readonly string[] Types = ["text", "json_object", "json_schema"];

    public static ResponseFormat Read(FieldReader body)
    {
        if (body.Object("response_format", nullable: true) is not { } format)
            return ResponseFormat.Text;
        var type = format.OneOf("type", Types, required: true) ?? "text";
        JsonElement? schema = null;
        if (type == "json_schema" && format.Object("json_schema", required: true) is { } definition)
        {
            var name = definition.Text("name", required: true);
            definition.Text("description", nullable: true);
            var strict = definition.Flag("strict", nullable: true) ?? false;
            schema = definition.Object("schema", nullable: true)?.Value;
            definition.RejectOthers();
            if (strict && schema is { } checkedSchema && !body.PassesOthersOver)
                StrictSchema.Check(checkedSchema, $"response_format '{name}'", "response_format");
        }

        format.RejectOthers();
        return new(type != "text", schema);
    }

    /// <exception cref="ApiException">400: <c>json_object</c> requires the word JSON in the conversation.</exception>
    public static void Check(JsonElement root, List<ChatMessage> messages)
    {
        if (root.TryGetProperty("response_format", out var format) && format.ValueKind == JsonValueKind.Object
            && format.TryGetProperty("type", out var type) && type.ToString() == "json_object"
            && !messages.Exists(message => message.Text.Contains("json", StringComparison.OrdinalIgnoreCase)))
        {
            throw new ApiException(OpenAIError.Invalid("messages", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."));
        }
    }
}
