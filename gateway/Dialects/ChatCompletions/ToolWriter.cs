using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Writes tools, tool choice and response format, which OpenAI, Mistral and compatible servers share (specs/dialects.md 2.3, 2.5).</summary>
internal static class ToolWriter
{
    /// <param name="writer">A writer inside the request object.</param>
    /// <param name="request">The request with the tools and the tool choice.</param>
    /// <param name="named">Whether the server supports choosing one tool by name.</param>
    /// <param name="required">The server's word for "at least one tool".</param>
    /// <param name="losses">Records tools that take free text, which become functions.</param>
    public static void WriteTools(Utf8JsonWriter writer, ChatRequest request, bool named, string required, LossReport losses)
    {
        if (request.Tools.Count == 0)
        {
            request.DropToolChoice(losses);
            return;
        }

        CacheMarks.Drop(request.Tools, losses);
        if (request.Tools.Any(tool => tool.FreeText is not null))
            losses.Emulated("tools");
        if (request.Tools.Any(tool => tool.FreeText is { HasGrammar: true }))
            losses.Emulated("tools[].custom.format");
        writer.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, tool.Name);
            if (tool.FunctionDescription is { } description)
                writer.WriteString("description"u8, description);
            writer.WritePropertyName("parameters"u8);
            writer.WriteRawValue(tool.FreeText is null ? tool.Parameters ?? """{"type":"object","properties":{}}""" : FreeText.Parameters, skipInputValidation: true);
            if (tool.Strict is { } strict)
                writer.WriteBoolean("strict"u8, strict);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteChoice(writer, request.ToolChoice, named, required);
        if (request.ParallelToolCalls is { } parallel)
            writer.WriteBoolean("parallel_tool_calls"u8, parallel);
    }

    public static void WriteFormat(Utf8JsonWriter writer, OutputFormat? format)
    {
        if (format is null)
            return;
        writer.WriteStartObject("response_format"u8);
        if (format.Kind == OutputFormatKind.JsonObject)
        {
            writer.WriteString("type"u8, "json_object"u8);
        }
        else
        {
            writer.WriteString("type"u8, "json_schema"u8);
            writer.WriteStartObject("json_schema"u8);
            WriteSchema(writer, format);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes the members that describe a schema which the answer has to fit.</summary>
    public static void WriteSchema(Utf8JsonWriter writer, OutputFormat format)
    {
        writer.WriteString("name"u8, format.Name ?? "schema");
        if (format.Description is { } description)
            writer.WriteString("description"u8, description);
        writer.WritePropertyName("schema"u8);
        writer.WriteRawValue(format.Schema!, skipInputValidation: true);
        writer.WriteBoolean("strict"u8, format.Strict ?? false);
    }

    public static void WriteStrings(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void WriteChoice(Utf8JsonWriter writer, ToolChoice? choice, bool named, string required)
    {
        switch (choice?.Kind)
        {
            case ToolChoiceKind.Auto:
                writer.WriteString("tool_choice"u8, "auto"u8);
                break;
            case ToolChoiceKind.None:
                writer.WriteString("tool_choice"u8, "none"u8);
                break;
            case ToolChoiceKind.Named when named:
                writer.WriteStartObject("tool_choice"u8);
                writer.WriteString("type"u8, "function"u8);
                writer.WriteStartObject("function"u8);
                writer.WriteString("name"u8, choice.Name);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            case ToolChoiceKind.Required or ToolChoiceKind.Named:
                writer.WriteString("tool_choice"u8, required);
                break;
        }
    }
}
