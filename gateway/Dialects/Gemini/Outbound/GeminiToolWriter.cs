using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>Writes <c>tools</c> and <c>toolConfig</c> (specs/dialects.md 2.3).</summary>
internal static class GeminiToolWriter
{
    public static void Write(Utf8JsonWriter writer, ChatRequest request, LossReport losses)
    {
        CacheMarks.Drop(request.Tools, losses);
        if (request.Tools.Count == 0)
        {
            request.DropToolChoice(losses);
            return;
        }

        if (request.Tools.Any(tool => tool.FreeText is not null))
            losses.Emulated("tools");
        if (request.Tools.Any(tool => tool.FreeText is { HasGrammar: true }))
            losses.Emulated("tools[].custom.format");
        if (request.Tools.Any(tool => tool.Strict == true))
            losses.Dropped("strict");
        // Gemini has no such switch. The gateway drops all calls of the answer but the first.
        if (request.ParallelToolCalls == false)
            losses.Emulated("parallel_tool_calls");
        writer.WriteStartArray("tools"u8);
        writer.WriteStartObject();
        writer.WriteStartArray("functionDeclarations"u8);
        var isClamped = false;
        for (var index = 0; index < request.Tools.Count; index++)
        {
            var tool = request.Tools[index];
            writer.WriteStartObject();
            writer.WriteString("name"u8, tool.Name);
            if (tool.FunctionDescription is { } description)
                writer.WriteString("description"u8, description);
            if ((tool.FreeText is null ? tool.Parameters : FreeText.Parameters) is { } parameters)
            {
                var schema = SchemaSanitizer.Sanitize(parameters, SchemaRules.GeminiJsonSchema, $"tools[{index}].function.parameters", losses.Work, tool.Parsed);
                isClamped |= schema.ChangesValidity;
                // Without a schema any object is allowed, which is looser but never wrong.
                isClamped |= schema.Unsupported is not null;
                writer.WritePropertyName("parametersJsonSchema"u8);
                writer.WriteRawValue(schema.Unsupported is null ? schema.Json : """{"type":"object"}""", skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        if (isClamped)
            losses.Clamped("tools");
        if (request.ToolChoice is { } choice)
            WriteChoice(writer, choice);
    }

    private static void WriteChoice(Utf8JsonWriter writer, ToolChoice choice)
    {
        writer.WriteStartObject("toolConfig"u8);
        writer.WriteStartObject("functionCallingConfig"u8);
        writer.WriteString("mode"u8, choice.Kind switch
        {
            ToolChoiceKind.None => "NONE",
            ToolChoiceKind.Required or ToolChoiceKind.Named => "ANY",
            _ => "AUTO",
        });
        if (choice is { Kind: ToolChoiceKind.Named, Name: { } name })
        {
            writer.WriteStartArray("allowedFunctionNames"u8);
            writer.WriteStringValue(name);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
