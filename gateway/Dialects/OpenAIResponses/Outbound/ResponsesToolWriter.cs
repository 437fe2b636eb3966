using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>Writes the flat tools of OpenAI's Responses and the tool choice (specs/dialects.md 2.3).</summary>
internal static class ResponsesToolWriter
{
    public static void Write(Utf8JsonWriter writer, ChatRequest request, LossReport losses)
    {
        CacheMarks.Drop(request.Tools, losses);
        if (request.Tools.Count == 0)
        {
            request.DropToolChoice(losses);
            return;
        }

        writer.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools)
            WriteTool(writer, tool);
        writer.WriteEndArray();
        WriteChoice(writer, request);
        if (request.ParallelToolCalls is { } parallel)
            writer.WriteBoolean("parallel_tool_calls"u8, parallel);
    }

    private static void WriteTool(Utf8JsonWriter writer, ToolDefinition tool)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, tool.FreeText is null ? "function"u8 : "custom"u8);
        writer.WriteString("name"u8, tool.Name);
        if (tool.Description is { } description)
            writer.WriteString("description"u8, description);
        if (tool.FreeText is { } freeText)
        {
            if (freeText.Format is { } format)
            {
                writer.WritePropertyName("format"u8);
                writer.WriteRawValue(format, skipInputValidation: true);
            }
        }
        else
        {
            writer.WritePropertyName("parameters"u8);
            writer.WriteRawValue(tool.Parameters ?? """{"type":"object","properties":{}}""", skipInputValidation: true);
            // The provider may take a missing member for true.
            writer.WriteBoolean("strict"u8, tool.Strict ?? false);
        }

        writer.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter writer, ChatRequest request)
    {
        switch (request.ToolChoice?.Kind)
        {
            case ToolChoiceKind.Auto:
                writer.WriteString("tool_choice"u8, "auto"u8);
                break;
            case ToolChoiceKind.None:
                writer.WriteString("tool_choice"u8, "none"u8);
                break;
            case ToolChoiceKind.Required:
                writer.WriteString("tool_choice"u8, "required"u8);
                break;
            case ToolChoiceKind.Named:
                writer.WriteStartObject("tool_choice"u8);
                writer.WriteString("type"u8, request.FreeTextTools().Contains(request.ToolChoice.Name!) ? "custom"u8 : "function"u8);
                writer.WriteString("name"u8, request.ToolChoice.Name);
                writer.WriteEndObject();
                break;
        }
    }
}
