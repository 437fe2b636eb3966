using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Schemas;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>The tools of a request and the tool choice (specs/dialects.md 2.3).</summary>
internal sealed class AnthropicTools
{
    private const string NoParameters = """{"type":"object","properties":{}}""";

    private readonly List<(ToolDefinition Tool, string Schema, bool? Strict)> tools;
    private readonly ToolChoice? choice;
    private readonly bool? parallel;

    private AnthropicTools(IReadOnlyList<ToolDefinition> tools, ToolChoice? choice, bool? parallel, AnthropicModel model, LossReport losses)
    {
        this.tools = [.. tools.Select(tool => WithSchema(tool, model, losses))];
        this.choice = choice;
        this.parallel = parallel;
    }

    /// <summary>The instruction for a model that cannot be forced to call a tool. Null when none is needed.</summary>
    public string? Instruction { get; private init; }

    public static AnthropicTools For(ChatRequest request, AnthropicModel model, AnthropicFormatMeans format, bool thinks, LossReport losses)
    {
        if (format == AnthropicFormatMeans.Tool)
        {
            var answer = new ToolDefinition(AnthropicFormat.ToolName, request.Format!.Description ?? "Gives the answer.", request.Format.Schema) { Parsed = request.Format.Parsed };
            return new AnthropicTools([answer], new ToolChoice(ToolChoiceKind.Named, answer.Name), false, model, losses);
        }

        var tools = request.Tools.ToList();
        var choice = request.ToolChoice;
        if (tools.Count == 0)
        {
            // Anthropic rejects a history with calls when the request has no tools.
            tools.AddRange(request.Turns.SelectMany(turn => turn.ToolCalls).Select(call => call.Name).Distinct().Select(name => new ToolDefinition(name, null, null)));
            choice = ToolChoice.None;
            if (tools.Count > 0)
                losses.Emulated("tools");
        }

        if (tools.Count == 0)
            request.DropToolChoice(losses);
        if (tools.Exists(tool => tool.FreeText is not null))
            losses.Emulated("tools");
        if (tools.Exists(tool => tool.FreeText is { HasGrammar: true }))
            losses.Emulated("tools[].custom.format");
        var isForced = tools.Count > 0 && choice?.Kind is ToolChoiceKind.Required or ToolChoiceKind.Named;
        if (!isForced || (model.TakesForcedTools && !thinks))
            return new AnthropicTools(tools, choice, request.ParallelToolCalls, model, losses);
        losses.Emulated("tool_choice");
        return new AnthropicTools(tools, ToolChoice.Auto, request.ParallelToolCalls, model, losses)
        {
            Instruction = choice!.Kind == ToolChoiceKind.Named
                ? $"Answer by calling the tool {choice.Name}."
                : "Answer by calling at least one of the tools.",
        };
    }

    public void Write(Utf8JsonWriter writer, AnthropicCacheMarks marks)
    {
        if (tools.Count == 0)
            return;
        writer.WriteStartArray("tools"u8);
        foreach (var (tool, schema, isStrict) in tools)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, tool.Name);
            if (tool.FunctionDescription is { Length: > 0 } description)
                writer.WriteString("description"u8, description);
            writer.WritePropertyName("input_schema"u8);
            writer.WriteRawValue(schema, skipInputValidation: true);
            if (isStrict is { } strict)
                writer.WriteBoolean("strict"u8, strict);
            marks.Write(writer, tool, tool.Cache);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteChoice(writer);
    }

    private void WriteChoice(Utf8JsonWriter writer)
    {
        var kind = choice?.Kind;
        if (kind is null && parallel != false)
            return;
        writer.WriteStartObject("tool_choice"u8);
        writer.WriteString("type"u8, kind switch
        {
            ToolChoiceKind.None => "none"u8,
            ToolChoiceKind.Required => "any"u8,
            ToolChoiceKind.Named => "tool"u8,
            _ => "auto"u8,
        });
        if (kind == ToolChoiceKind.Named)
            writer.WriteString("name"u8, choice!.Name);
        if (parallel == false && kind != ToolChoiceKind.None)
            writer.WriteBoolean("disable_parallel_tool_use"u8, true);
        writer.WriteEndObject();
    }

    /// <summary>A tool stays strict only if the model can guarantee its schema.</summary>
    private static (ToolDefinition Tool, string Schema, bool? Strict) WithSchema(ToolDefinition tool, AnthropicModel model, LossReport losses)
    {
        var schema = SchemaOf(tool);
        if (tool.Strict != true)
            return (tool, schema, model.KeepsToSchemas ? tool.Strict : null);
        var sanitized = model.KeepsToSchemas ? SchemaSanitizer.Sanitize(schema, SchemaRules.AnthropicNative, "tools", losses.Work, tool.Parsed) : null;
        if (sanitized is not { Unsupported: null })
        {
            losses.Dropped("strict");
            return (tool, schema, null);
        }

        if (sanitized.ChangesValidity)
            losses.Clamped("strict");
        return (tool, sanitized.Json, true);
    }

    /// <summary>The schema must have the type object, which many clients leave out.</summary>
    private static string SchemaOf(ToolDefinition tool)
    {
        if (tool.FreeText is not null)
            return FreeText.Parameters;
        if (tool.Parameters is not { } schema)
            return NoParameters;
        if (SaysType(schema, tool.Parsed) is not { } saysType)
            return NoParameters;
        if (saysType)
            return schema;
        var edited = new EditedJson(JsonMembers.TryRead(Encoding.UTF8.GetBytes(schema))!);
        edited.Add("\"type\":\"object\""u8);
        return Encoding.UTF8.GetString(edited.Written.Span);
    }

    /// <summary>Whether a schema has a type. Null when it is not an object. A schema in a request for a token count is parsed here for the first time.</summary>
    private static bool? SaysType(string schema, ParsedSchema parsed)
    {
        if (parsed.Of(schema) is SchemaDocument { Root: var root })
            return root.Boolean is null ? root.Has("type") : null;
        using var document = JsonText.Parse(Encoding.UTF8.GetBytes(schema));
        return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.TryGetProperty("type", out _) : null;
    }
}
