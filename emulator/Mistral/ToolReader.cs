using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Mistral;

/// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c> by Mistral's closed schema.</summary>
internal static class ToolReader
{
    private static readonly string[] Choices = ["auto", "none", "any", "required"];
    private static readonly string[] FunctionType = ["function"];

    /// <exception cref="ApiException">400: a tool's name is not allowed, or the tool choice names a tool that the request lacks.</exception>
    public static ToolUse Read(FieldReader body)
    {
        var tools = ReadTools(body);
        var (choice, name) = ReadChoice(body);
        var parallel = body.Flag("parallel_tool_calls") ?? true;
        if (body.Errors.Count > 0)
            return new(tools, "none", null, parallel);
        var named = tools.Find(tool => tool.Name == name);
        if (name is not null && named is null)
            throw new ApiException(MistralError.BadRequest($"tool_choice names the function '{name}', which is not in tools."));
        if (choice is "any" or "required" && tools.Count == 0)
            throw new ApiException(MistralError.BadRequest($"tool_choice '{choice}' needs tools."));
        return new(tools, choice, named, parallel);
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
            throw new ApiException(MistralError.FunctionCall(
                $"Function name was {name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64."));
        }
    }
}
