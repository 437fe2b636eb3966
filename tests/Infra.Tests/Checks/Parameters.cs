using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dragoman.Infra.Tests.Checks;

/// <summary>Both languages have the same parameters, with the same defaults, allowed values and limits.</summary>
internal static partial class Parameters
{
    /// <summary>Bicep's own words for what Terraform does in its own way: region and suffix come from the resource group, which is an argument there.</summary>
    private static readonly string[] MadeFromTheGroup = ["location", "suffix"];

    /// <summary>What differs, one line each.</summary>
    /// <param name="template">The template that the Bicep compiler makes, as JSON.</param>
    /// <param name="variables">The text of <c>variables.tf</c>.</param>
    public static IEnumerable<string> Find(JsonNode template, string variables)
    {
        var bicep = template["parameters"]!.AsObject().ToDictionary(
            parameter => Snake(parameter.Key), parameter => Of(Definition(template, parameter.Value!), MadeFromTheGroup.Contains(parameter.Key)));
        var terraform = Variable().Matches(variables).Where(match => match.Groups[1].Value != "resource_group_name")
            .ToDictionary(match => match.Groups[1].Value, match => Of(match.Groups[2].Value, MadeFromTheGroup.Contains(match.Groups[1].Value)));
        return from name in bicep.Keys.Union(terraform.Keys)
               let ours = bicep.GetValueOrDefault(name) ?? "nothing"
               let theirs = terraform.GetValueOrDefault(name) ?? "nothing"
               where ours != theirs
               select $"parameter {name}: {ours} in Bicep, {theirs} in Terraform";
    }

    private static JsonNode Definition(JsonNode template, JsonNode parameter) =>
        (string?)parameter["$ref"] is { } reference ? template["definitions"]![reference.Split('/')[^1]]! : parameter;

    private static string Of(JsonNode parameter, bool isMade)
    {
        var allowed = parameter["allowedValues"]?.AsArray().Select(value => value!.ToString()).Order(StringComparer.Ordinal);
        return Text(
            isMade ? "made" : parameter["defaultValue"]?.ToJsonString().Replace("[]", "{}", StringComparison.Ordinal),
            allowed is null ? null : string.Join(' ', allowed),
            parameter["minValue"]?.ToString(), parameter["maxValue"]?.ToString());
    }

    private static string Of(string variable, bool isMade)
    {
        var allowed = Allowed().Match(variable) is { Success: true } list && !variable.Contains("for each", StringComparison.Ordinal)
            ? list.Groups[1].Value.Split(',').Select(value => value.Trim().Trim('"')).Order(StringComparer.Ordinal) : null;
        var limits = Limits().Match(variable);
        return Text(
            isMade ? "made" : Default().Match(variable) is { Success: true } value ? value.Groups[1].Value.Replace("[]", "{}", StringComparison.Ordinal) : null,
            allowed is null ? null : string.Join(' ', allowed),
            limits.Success ? limits.Groups[1].Value : null, limits.Success ? limits.Groups[2].Value : null);
    }

    private static string Text(string? defaultValue, string? allowed, string? least, string? most) =>
        string.Create(CultureInfo.InvariantCulture, $"default {defaultValue ?? "none"}, allowed {allowed ?? "all"}, from {least ?? "any"} to {most ?? "any"}");

    private static string Snake(string name) =>
        Capital().Replace(name.Replace("MB", "Mb", StringComparison.Ordinal), match => $"_{match.Value}").ToLowerInvariant();

    [GeneratedRegex("^variable \"(\\w+)\" \\{\n(.*?)^\\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^  default += (.*)$", RegexOptions.Multiline)]
    private static partial Regex Default();

    [GeneratedRegex(@"contains\(\[([^\]]*)\], var\.")]
    private static partial Regex Allowed();

    [GeneratedRegex(@">= (-?\d+) && var\.\w+ <= (\d+)")]
    private static partial Regex Limits();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}
