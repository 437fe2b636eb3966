using System.Text;
using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>The variables that lie over the file, <c>DRAGOMAN__limits__requestBytes</c> for <c>/limits/requestBytes</c>.</summary>
public sealed partial class ConfigurationReader
{
    private const string VariablePrefix = "DRAGOMAN__";
    private const string Separator = "__";

    /// <summary>By pointer, for whatever a variable has set or made up on its way.</summary>
    private readonly Dictionary<string, string> variableOf = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>By pointer, the text of each variable: where a string is wanted, <c>123456</c> is one.</summary>
    private readonly Dictionary<string, string> variableText = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>By pointer, why a variable that looks like JSON is none.</summary>
    private readonly Dictionary<string, string> variableMistake = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The variables that there are for the configuration, with <c>NAME</c> for the operator's own names.</summary>
    public static IEnumerable<string> VariableNames()
    {
        // Asks the reader itself, which knows the members of each object when it has read one.
        var reader = new ConfigurationReader("", new Dictionary<string, string>());
        try
        {
            reader.Read(Encoding.UTF8.GetBytes(
                """{ "providers": { "NAME": { "dialect": "openai", "timeouts": {}, "options": {} } }, "models": { "NAME": { "provider": "NAME", "model": "m" } }, "access": {}, "limits": {} }"""));
        }
        catch (ConfigurationException)
        {
            // Whatever it still misses, the members have been asked for.
        }

        return reader.allowedAt
            .SelectMany(entry => entry.Value.Select(member => VariablePrefix + $"{entry.Key}/{member}"[1..].Replace("/", Separator, StringComparison.Ordinal)))
            .Where(name => !name.Contains('$', StringComparison.Ordinal));
    }

    private void ReadVariables(JsonObject root)
    {
        // Sorted as a list of names, which needs no code that the runtime would first have to compile at each start.
        var names = environment.Keys.Where(name => name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase)).ToList();
        // An object goes before its members, so that these lie over it.
        names.Sort((one, other) => DepthOf(one) != DepthOf(other) ? DepthOf(one) - DepthOf(other) : string.CompareOrdinal(one, other));
        foreach (var name in names)
            Override(root, name, environment[name]);

        static int DepthOf(string name) => name.Split(Separator).Length;
    }

    private void Override(JsonObject root, string variable, string value)
    {
        var path = variable[VariablePrefix.Length..].Split(Separator);
        if (path.Any(segment => segment.Length == 0))
        {
            mistakes.Add($"environment variable {variable}: names no member; allowed: {VariablePrefix} and the members' names with two underscores between them, such as {VariablePrefix}limits__requestBytes");
            return;
        }

        var owner = root;
        var pointer = "";
        foreach (var segment in path[..^1])
        {
            pointer += "/" + ConfigurationText.Escape(segment);
            var child = owner[segment];
            if (child is null)
            {
                owner[segment] = child = new JsonObject(new JsonNodeOptions { PropertyNameCaseInsensitive = true });
                variableOf.TryAdd(pointer, variable);
            }
            else if (child is not JsonObject)
            {
                var setter = variableOf.TryGetValue(pointer, out var other) ? $"environment variable {other}" : source;
                mistakes.Add($"environment variable {variable}: {pointer} is no object but a value in {setter}; allowed: one of the two");
                return;
            }

            owner = (JsonObject)child;
        }

        pointer += "/" + ConfigurationText.Escape(path[^1]);
        if (variableText.ContainsKey(pointer))
        {
            mistakes.Add($"environment variable {variable}: {pointer} is given twice, here and as {variableOf[pointer]}; allowed: once, in any case");
            return;
        }

        owner[path[^1]] = ReadVariable(value, pointer);
        variableOf[pointer] = variable;
        variableText.Add(pointer, value);
    }

    /// <summary>A variable holds a number, true, false, an array or an object as JSON, and any other text as it stands.</summary>
    private JsonNode ReadVariable(string value, string pointer)
    {
        if (value.StartsWith('"'))
            return JsonValue.Create(value);
        var node = ConfigurationText.Read(Encoding.UTF8.GetBytes(value), out var wrong);
        if (node is not null)
            return node;
        // It may well be a text; only where an object or an array is wanted does it matter why it is none.
        if (wrong.Count > 0 && value.AsSpan().TrimStart() is ['{' or '[', ..])
            variableMistake.Add(pointer, $"{pointer}{wrong[0].Pointer} {wrong[0].What}");
        return JsonValue.Create(value);
    }
}
