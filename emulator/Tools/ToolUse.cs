using Dragoman.Emulator.Errors;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Tools;

/// <summary>The tools of a request and what it says about calling them.</summary>
/// <param name="Tools">In the request's order.</param>
/// <param name="Choice"><c>auto</c>, <c>none</c>, <c>any</c>, <c>required</c>, or null when <paramref name="Named"/> is set.</param>
/// <param name="Named">The one tool that has to be called.</param>
/// <param name="Parallel">Whether one answer may hold several calls.</param>
internal sealed record ToolUse(IReadOnlyList<ToolDefinition> Tools, string? Choice, ToolDefinition? Named, bool Parallel)
{
    private static readonly string[] Choices = ["auto", "none", "any", "required"];
    private static readonly string[] FunctionType = ["function"];

    /// <exception cref="MistralException">400: a tool's name is not allowed, or the choice names no tool of the request.</exception>
    public static ToolUse Read(FieldReader body)
    {
        var tools = ReadTools(body);
        var (choice, name) = ReadChoice(body);
        var parallel = body.Flag("parallel_tool_calls") ?? true;
        if (body.Errors.Count > 0)
            return new(tools, "none", null, parallel);
        var named = tools.Find(tool => tool.Name == name);
        if (name is not null && named is null)
            throw new MistralException(MistralError.BadRequest($"tool_choice names the function '{name}', which is not in tools."));
        if (choice is "any" or "required" && tools.Count == 0)
            throw new MistralException(MistralError.BadRequest($"tool_choice '{choice}' needs tools."));
        return new(tools, choice, named, parallel);
    }

    /// <summary>
    /// The tools the answer calls. <c>none</c>: none. A named one: that. <c>any</c> and <c>required</c>: always;
    /// <c>auto</c>: when the last message is the user's. Which: those the last user text names, in the order of the
    /// request's list and only the first of them unless calls may be parallel; else the first tool.
    /// </summary>
    public IReadOnlyList<ToolDefinition> Called(string lastRole, string lastUserText)
    {
        if (Named is not null)
            return [Named];
        if (Tools.Count == 0 || lastRole == "assistant" || Choice == "none" || (Choice == "auto" && lastRole != "user"))
            return [];
        var mentioned = Tools.Where(tool => lastUserText.Contains(tool.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        if (mentioned.Count == 0)
            return [Tools[0]];
        return Parallel ? mentioned : [mentioned[0]];
    }

    private static List<ToolDefinition> ReadTools(FieldReader body)
    {
        var tools = new List<ToolDefinition>();
        var items = body.Items("tools", nullable: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (body.Item("tools", index, items[index]) is not { } tool)
                continue;
            tool.OneOf("type", FunctionType);
            if (tool.Object("function", required: true) is { } function)
            {
                var name = function.Text("name", required: true);
                function.Text("description", nullable: true);
                function.Flag("strict");
                var parameters = function.Object("parameters", required: true);
                function.RejectOthers();
                if (name is not null && parameters is not null)
                {
                    CheckName(name);
                    tools.Add(new(name, parameters.Value));
                }
            }

            tool.RejectOthers();
        }

        return tools;
    }

    private static (string? Choice, string? Name) ReadChoice(FieldReader body)
    {
        if (!body.Value.TryGetProperty("tool_choice", out var given))
            return ("auto", null);
        if (given.ValueKind != System.Text.Json.JsonValueKind.Object)
            return (body.OneOf("tool_choice", Choices), null);
        var fields = body.Object("tool_choice")!;
        fields.OneOf("type", FunctionType);
        string? name = null;
        if (fields.Object("function", required: true) is { } function)
        {
            name = function.Text("name", required: true);
            function.RejectOthers();
        }

        fields.RejectOthers();
        return (null, name);
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 64 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
        {
            throw new MistralException(MistralError.FunctionCall(
                $"Function name was {name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64."));
        }
    }
}
