using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.OpenAI;

/// <summary>Reads the declaration of a function, which chat and Responses share.</summary>
internal static class FunctionDeclaration
{
    private const int LongestName = 64;

    private static readonly JsonElement NoParameters = ParseEmpty();

    /// <exception cref="ApiException">400: the name or the strict schema is not allowed.</exception>
    public static ToolDefinition? Read(FieldReader function, string path)
    {
        var name = function.Text("name", required: true);
        function.Text("description", nullable: true);
        var strict = function.Flag("strict", nullable: true) ?? false;
        var parameters = function.Object("parameters", nullable: true)?.Value ?? NoParameters;
        function.RejectOthers();
        if (name is null)
            return null;
        if (name.Length > LongestName)
            throw new ApiException(OpenAIError.Invalid($"{path}.name", $"Invalid '{path}.name': string too long. Expected a string with maximum length {LongestName}, but got a string with length {name.Length} instead.", "string_above_max_length"));
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
            throw new ApiException(OpenAIError.Invalid($"{path}.name", $"Invalid '{path}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.", "invalid_value"));
        if (strict && !function.PassesOthersOver)
            StrictSchema.Check(parameters, $"function '{name}'", $"{path}.parameters", "invalid_function_parameters");
        return new(name, parameters);
    }

    /// <exception cref="ApiException">400: the tool choice names a tool that the request lacks.</exception>
    public static ToolDefinition? Named(List<ToolDefinition> tools, string? name, FieldReader body)
    {
        var named = tools.Find(tool => tool.Name == name);
        if (name is not null && named is null && body.Errors.Count == 0)
            throw new ApiException(OpenAIError.Invalid("tool_choice", $"Tool choice '{name}' not found in 'tools' parameter."));
        return named;
    }

    private static JsonElement ParseEmpty()
    {
        using var document = JsonDocument.Parse("""{"type":"object","properties":{}}""");
        return document.RootElement.Clone();
    }
}
