using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Anthropic;

/// <summary>Reads <c>tools</c> and <c>tool_choice</c> (<c>specs/dialects.md 2.3</c>).</summary>
internal static class ToolsReader
{
    private const int LongestName = 128;

    private static readonly string[] Types = ["custom"];
    private static readonly string[] ChoiceTypes = ["auto", "any", "tool", "none"];

    /// <exception cref="ApiException">400: a name, a schema or the tool choice is not allowed.</exception>
    public static ToolUse Read(FieldReader body, AnthropicModel model, bool thinks)
    {
        var tools = new List<ToolDefinition>();
        var items = body.Items("tools", nullable: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (body.Item("tools", index, items[index]) is { } tool && ReadTool(tool, index) is { } declared)
                tools.Add(declared);
        }

        if (tools.DistinctBy(tool => tool.Name).Count() < tools.Count)
            throw Refused("tools: Tool names must be unique.");
        if (body.Object("tool_choice", nullable: true) is not { } choice)
            return new(tools, "auto", null, true);
        var type = choice.OneOf("type", ChoiceTypes, required: true) ?? "auto";
        var name = type == "tool" ? choice.Text("name", required: true) : null;
        var parallel = type == "none" || !(choice.Flag("disable_parallel_tool_use") ?? false);
        choice.RejectOthers();
        if (body.Errors.Count > 0)
            return new(tools, "none", null, parallel);
        if (tools.Count == 0)
            throw Refused("tool_choice: tool_choice may only be specified while providing tools.");
        if (type is "any" or "tool" && model.RefusesForcedChoice)
            throw Refused("tool_choice: type \"tool\" and \"any\" are not supported for this model.");
        if (type is "any" or "tool" && thinks)
            throw Refused("Thinking may not be enabled when tool_choice forces tool use.");
        if (type == "tool" && !tools.Exists(tool => tool.Name == name))
            throw Refused($"tool_choice: Tool '{name}' not found in provided tools");
        return new(tools, type == "tool" ? null : type, tools.Find(tool => tool.Name == name), parallel);
    }

    private static ToolDefinition? ReadTool(FieldReader tool, int index)
    {
        tool.OneOf("type", Types, nullable: true);
        var name = tool.Text("name", required: true);
        tool.Text("description", nullable: true);
        var schema = tool.Object("input_schema", required: true);
        var strict = tool.Flag("strict", nullable: true) ?? false;
        tool.Ignore("allowed_callers", "defer_loading", "eager_input_streaming", "input_examples");
        BlockReader.ReadCacheControl(tool);
        tool.RejectOthers();
        if (name is null || schema is null)
            return null;
        if (name.Length is 0 or > LongestName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
            throw Refused($"tools.{index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,{LongestName}}}$'");
        if (!(schema.Value.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "object"))
            throw Refused($"tools.{index}.custom.input_schema.type: {(type.ValueKind == JsonValueKind.Undefined ? "Field required" : "Input should be 'object'")}");
        if (strict)
            ClosedSchema.Check(schema.Value, $"tools.{index}.custom");
        return new(name, schema.Value);
    }

    private static ApiException Refused(string message) => new(AnthropicError.Invalid(message));
}
