using System.Text.Json;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>Reads the flat <c>tools</c> of Responses, <c>tool_choice</c> and <c>parallel_tool_calls</c> (<c>specs/dialects.md 2.3</c>).</summary>
internal static class ResponseTools
{
    private static readonly string[] Types = ["function"];
    private static readonly string[] ChoiceTypes = ["function", "allowed_tools"];
    private static readonly string[] Choices = ["none", "auto", "required"];
    private static readonly string[] Modes = ["auto", "required"];

    public static ToolUse Read(FieldReader body)
    {
        var tools = new List<ToolDefinition>();
        var items = body.Items("tools", nullable: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (body.Item("tools", index, items[index]) is not { } tool)
                continue;
            tool.OneOf("type", Types, required: true);
            tool.Ignore("defer_loading", "prompt_cache_breakpoint");
            if (FunctionDeclaration.Read(tool, $"tools[{index}]") is { } declared)
                tools.Add(declared);
        }

        var parallel = body.Flag("parallel_tool_calls", nullable: true) ?? true;
        if (!body.Any("tool_choice", out var given) || given.ValueKind == JsonValueKind.Null)
            return new(tools, "auto", null, parallel);
        if (given.ValueKind != JsonValueKind.Object)
            return new(tools, body.OneOf("tool_choice", Choices) ?? "none", null, parallel);
        var choice = body.Object("tool_choice")!;
        if (choice.OneOf("type", ChoiceTypes, required: true) == "allowed_tools")
        {
            var mode = choice.OneOf("mode", Modes, required: true) ?? "auto";
            var names = (choice.Items("tools", required: true) ?? []).Select(tool =>
                tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("name", out var named) ? named.ToString() : null).ToList();
            return new([.. tools.Where(tool => names.Contains(tool.Name))], mode, null, parallel);
        }

        var name = choice.Text("name", required: true);
        choice.RejectOthers();
        return new(tools, null, FunctionDeclaration.Named(tools, name, body), parallel);
    }
}
