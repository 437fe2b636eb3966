using System.Text;
using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>The variables that override the file, such as <c>DRAGOMAN__limits__requestBytes</c> for <c>/limits/requestBytes</c>.</summary>
public sealed partial class ConfigurationReader
{
    private const string VariablePrefix = "DRAGOMAN__";
    private const string Separator = "__";

    /// <summary>The variable that set a value or created the object around it, by pointer.</summary>
    private readonly Dictionary<string, string> variableOf = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The text of each variable, by pointer: where a string is expected, <c>123456</c> is a string.</summary>
    private readonly Dictionary<string, string> variableText = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a variable that looks like JSON is not valid JSON, by pointer.</summary>
    private readonly Dictionary<string, string> variableMistake = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all configuration variables, with <c>NAME</c> for names that the operator chooses.</summary>
    public static IEnumerable<string> VariableNames()
    {
        // The reader records the allowed members of each object that it reads, so it reads one of each.
        var reader = new ConfigurationReader("", new Dictionary<string, string>());
        try
        {
            reader.Read(reader.Parse(
                """{ "providers": { "NAME": { "dialect": "openai", "timeouts": {}, "options": {} } }, "models": { "NAME": { "provider": "NAME", "model": "m", "price": { "longContext": {}, "tiers": {}, "regions": {} } } }, "access": { "keyless": {}, "storeAway": {} }, "limits": {}, "store": {}, "keyVault": {}, "identity": {}, "prices": { "providers": { "NAME": {} } } }"""u8.ToArray()));
        }
        catch (ConfigurationException)
        {
            // Required members may be missing here; the allowed ones are recorded all the same.
        }

        return reader.allowedAt
            .SelectMany(entry => entry.Value.Select(member => VariablePrefix + $"{entry.Key}/{member}"[1..].Replace("/", Separator, StringComparison.Ordinal)))
            .Where(name => !name.Contains('$', StringComparison.Ordinal));
    }

    private void ReadVariables(JsonObject root)
    {
        // A list of names is sorted without generic code that the runtime would have to compile at each start.
        var names = environment.Keys.Where(name => name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase)).ToList();
        // An object goes before its members, so that the members override it.
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
                mistakes.Add($"environment variable {variable}: {pointer} is no object but a value in {GivenBy(pointer)}; allowed: one of the two");
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

        Replace(owner, path[^1], ReadVariable(value, pointer), pointer);
        variableOf[pointer] = variable;
        variableText.Add(pointer, value);
    }

    /// <summary>A variable holds a number, true, false, an array or an object as JSON, or any other text literally.</summary>
    private JsonNode ReadVariable(string value, string pointer)
    {
        if (value.StartsWith('"'))
            return JsonValue.Create(value);
        var node = ConfigurationText.Read(Encoding.UTF8.GetBytes(value), out var wrong);
        if (node is not null)
            return node;
        // It may be meant as text. The reason is only needed where an object or an array is expected.
        if (wrong.Count > 0 && value.AsSpan().TrimStart() is ['{' or '[', ..])
            variableMistake.Add(pointer, $"{pointer}{wrong[0].Pointer} {wrong[0].What}");
        return JsonValue.Create(value);
    }
}
