using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.OpenAI.Chat;

/// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c> (<c>specs/dialects.md 2.3</c>).</summary>
internal static class ChatCompletionTools
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
            if (tool.Object("function", required: true) is { } function)
            {
                if (FunctionDeclaration.Read(function, $"tools[{index}].function") is { } declared)
                    tools.Add(declared);
            }

            tool.Ignore("prompt_cache_breakpoint");
            tool.RejectOthers();
        }

        var parallel = body.Flag("parallel_tool_calls", nullable: true) ?? true;
        return Choose(body, tools, parallel);
    }

    /// <exception cref="ApiException">400: there is a tool choice without tools.</exception>
    public static void CheckAllowed(JsonElement root)
    {
        var hasTools = root.TryGetProperty("tools", out var given) && given.ValueKind == JsonValueKind.Array && given.GetArrayLength() > 0;
        if (hasTools)
            return;
        if (root.TryGetProperty("tools", out given) && given.ValueKind == JsonValueKind.Array)
            throw Refused("tools", "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.", "empty_array");
        if (root.TryGetProperty("tool_choice", out var choice) && choice.ValueKind != JsonValueKind.Null)
            throw Refused("tool_choice", "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.");
        if (root.TryGetProperty("parallel_tool_calls", out var parallel) && parallel.ValueKind != JsonValueKind.Null)
            throw Refused("parallel_tool_calls", "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified.");
    }

    private static ToolUse Choose(FieldReader body, List<ToolDefinition> tools, bool parallel)
    {
        if (!body.Any("tool_choice", out var given) || given.ValueKind == JsonValueKind.Null)
            return new(tools, "auto", null, parallel);
        if (given.ValueKind != JsonValueKind.Object)
            return new(tools, body.OneOf("tool_choice", Choices) ?? "none", null, parallel);
        var choice = body.Object("tool_choice")!;
        if (choice.OneOf("type", ChoiceTypes, required: true) == "allowed_tools")
        {
            var allowed = choice.Object("allowed_tools", required: true);
            var mode = allowed?.OneOf("mode", Modes, required: true) ?? "auto";
            var names = (allowed?.Items("tools", required: true) ?? []).Select(tool =>
                tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("function", out var function)
                && function.ValueKind == JsonValueKind.Object && function.TryGetProperty("name", out var named) ? named.ToString() : null).ToList();
            return new([.. tools.Where(tool => names.Contains(tool.Name))], mode, null, parallel);
        }

        var name = choice.Object("function", required: true)?.Text("name", required: true);
        choice.RejectOthers();
        return new(tools, null, FunctionDeclaration.Named(tools, name, body), parallel);
    }

    private static ApiException Refused(string param, string message, string? code = null) => new(OpenAIError.Invalid(param, message, code));
}
