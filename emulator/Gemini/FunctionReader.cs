using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Gemini;

/// <summary>Reads <c>tools</c> and <c>toolConfig</c>. Google's own tools are accepted, and never used.</summary>
internal static class FunctionReader
{
    private const int LongestName = 128;

    private static readonly string[] Modes = ["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"];

    private static readonly JsonElement NoParameters = ParseEmpty();

    /// <exception cref="ApiException">400: a name, a schema or the choice is not allowed.</exception>
    public static ToolUse Read(FieldReader body)
    {
        var tools = new List<ToolDefinition>();
        var items = body.Items("tools", nullable: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (body.Item("tools", index, items[index]) is not { } tool)
                continue;
            var declarations = tool.Items("functionDeclarations", nullable: true) ?? [];
            for (var number = 0; number < declarations.Length; number++)
            {
                if (tool.Item("functionDeclarations", number, declarations[number]) is { } declaration)
                    tools.Add(ReadDeclaration(declaration, $"tools[{index}].function_declarations[{number}]"));
            }

            tool.Ignore("googleSearch", "googleSearchRetrieval", "codeExecution", "urlContext", "googleMaps", "fileSearch", "computerUse");
            tool.RejectOthers();
        }

        if (tools.DistinctBy(tool => tool.Name).Count() < tools.Count)
            throw Refused("Duplicate function declaration found.");
        if (body.Object("toolConfig", nullable: true) is not { } config)
            return new(tools, "auto", null, true);
        var calling = config.Object("functionCallingConfig", nullable: true);
        config.Ignore("retrievalConfig");
        config.RejectOthers();
        var mode = calling?.OneOf("mode", Modes, nullable: true) ?? "AUTO";
        var allowed = calling?.TextOrTexts("allowedFunctionNames", nullable: true) ?? [];
        calling?.Ignore("streamFunctionCallArguments");
        calling?.RejectOthers();
        if (allowed.Length > 0 && mode is not ("ANY" or "VALIDATED"))
            throw Refused("Function calling config: allowed_function_names can only be set when the function calling mode is ANY or VALIDATED.");
        if (mode == "ANY" && tools.Count == 0)
            throw Refused("Function calling config is set without function_declarations.");
        if (allowed.FirstOrDefault(name => !tools.Exists(tool => tool.Name == name)) is { } unknown)
            throw Refused($"Function calling config: allowed_function_names has `{unknown}`, which is not declared.");
        var usable = allowed.Length == 0 ? tools : tools.FindAll(tool => allowed.Contains(tool.Name));
        return new(usable, mode switch { "ANY" => "required", "NONE" => "none", _ => "auto" }, null, true);
    }

    private static ToolDefinition ReadDeclaration(FieldReader declaration, string place)
    {
        var name = declaration.Text("name", nullable: true) ?? "";
        declaration.Text("description", nullable: true);
        declaration.Ignore("response", "responseJsonSchema", "behavior");
        var parameters = declaration.Object("parameters", nullable: true);
        var schema = declaration.Object("parametersJsonSchema", nullable: true);
        declaration.RejectOthers();
        if (name.Length is 0 or > LongestName || !(char.IsAsciiLetter(name[0]) || name[0] == '_') || !name.All(IsNameLetter))
        {
            throw Refused($"* GenerateContentRequest.{place}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), "
                + $"underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of {LongestName}.");
        }

        if (parameters is not null && schema is not null)
            throw Refused($"* GenerateContentRequest.{place}: parameters and parameters_json_schema cannot both be set.");
        return new(name, parameters is not null ? OpenApiSchema.ToJsonSchema(parameters.Value, $"{place}.parameters") : schema?.Value ?? NoParameters);

        static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or ':' or '-';
    }

    private static JsonElement ParseEmpty()
    {
        using var document = JsonDocument.Parse("""{"type":"object","properties":{}}""");
        return document.RootElement.Clone();
    }

    private static ApiException Refused(string message) => new(GeminiError.Invalid(message));
}
