using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dragoman.Infra.Tests.Model;

/// <summary>
/// Evaluates what a snapshot leaves open: expressions with values that only Azure knows. Such a value becomes its name, as
/// <c>&lt;clientId&gt;</c>.
/// </summary>
internal sealed partial class ArmExpression
{
    private readonly string text;
    private int position;

    private ArmExpression(string text) => this.text = text;

    /// <summary>The value of a text of a snapshot. What is no expression, or one of an unknown function, is returned as it is.</summary>
    public static string Evaluate(string text)
    {
        if (!IsExpression().IsMatch(text))
            return text;
        try
        {
            return Text(new ArmExpression(text[1..^1]).Value());
        }
        catch (FormatException)
        {
            return text;
        }
    }

    /// <summary>The id of the resource that an extension resource, such as a role assignment, belongs to.</summary>
    public static string ScopeOf(string id) => ExtensionId().Match(id) is { Success: true } match
        ? match.Groups[1].Value
        : id[..id.LastIndexOf("/providers/", StringComparison.Ordinal)];

    private JsonNode? Value()
    {
        if (text[position] == '\'')
            return Quoted();
        var name = Word();
        var arguments = new List<JsonNode?>();
        Expect('(');
        while (text[position] != ')')
        {
            arguments.Add(Value());
            if (text[position] == ',')
                position += 2;
        }

        Expect(')');
        var members = "";
        while (position < text.Length && text[position] == '.')
        {
            position++;
            members = Word();
        }

        return Call(name, arguments, members);
    }

    private static JsonNode? Call(string function, List<JsonNode?> arguments, string member) => function switch
    {
        "format" => Format(arguments),
        "replace" => Text(arguments[0]).Replace(Text(arguments[1]), Text(arguments[2]), StringComparison.Ordinal),
        "coalesce" => arguments.Find(argument => argument is not null)?.DeepClone(),
        "createArray" => new JsonArray([.. arguments.Select(argument => argument?.DeepClone())]),
        "string" => Text(arguments[0]),
        "resourceId" => $"/subscriptions/{Text(arguments[0])}/resourceGroups/{Text(arguments[1])}/providers/{Text(arguments[2])}/{Text(arguments[3])}",
        "reference" or "tenant" => $"<{member}>",
        "environment" when member == "storage" => "core.windows.net",
        "environment" when member == "keyvaultDns" => ".vault.azure.net",
        "guid" => "<guid>",
        _ => throw new FormatException(function),
    };

    private static string Format(List<JsonNode?> arguments)
    {
        var format = Text(arguments[0]);
        for (var index = 1; index < arguments.Count; index++)
            format = format.Replace($"{{{index - 1}}}", Text(arguments[index]), StringComparison.Ordinal);
        return format;
    }

    private static string Text(JsonNode? node) => node is JsonValue ? node.ToString() : node?.ToJsonString(Plain) ?? "";

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private string Quoted()
    {
        var end = text.IndexOf('\'', position + 1);
        if (end < 0)
            throw new FormatException("a text without an end");
        var quoted = text[(position + 1)..end];
        position = end + 1;
        return quoted;
    }

    private string Word()
    {
        var start = position;
        while (position < text.Length && char.IsAsciiLetterOrDigit(text[position]))
            position++;
        return position > start ? text[start..position] : throw new FormatException("no word");
    }

    private void Expect(char character)
    {
        if (position >= text.Length || text[position] != character)
            throw new FormatException($"no {character}");
        position++;
    }

    [GeneratedRegex(@"^\[[A-Za-z]+\(.*\]$")]
    private static partial Regex IsExpression();

    [GeneratedRegex(@"^\[extensionResourceId\('([^']+)'")]
    private static partial Regex ExtensionId();
}
