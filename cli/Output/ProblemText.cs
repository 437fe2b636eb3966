using System.Text.Json;

namespace Dragoman.Cli.Output;

/// <summary>The sentences of an error of the API or of a dialect, which name options instead of places in the JSON.</summary>
internal static class ProblemText
{
    /// <param name="body">The body of the answer.</param>
    /// <param name="status">Its status.</param>
    /// <param name="optionOf">The option or argument for a place in the request, such as <c>pointer</c> and <c>/name</c>; null when there is none.</param>
    public static IReadOnlyList<string> Of(ReadOnlyMemory<byte> body, int status, Func<string, string, string?> optionOf)
    {
        if (Parse(body) is not { ValueKind: JsonValueKind.Object } problem)
            return [$"the gateway answered with status {status}"];
        if (problem.TryGetProperty("errors"u8, out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0)
            return [.. errors.EnumerateArray().Select(error => Sentence(error, optionOf))];
        if (Member(problem, "detail") is { } detail)
            return [detail];
        // The dialects write {"error": {"message": …}} or {"error": "…"}.
        if (problem.TryGetProperty("error"u8, out var inner) && (inner.ValueKind == JsonValueKind.String ? inner.GetString() : Member(inner, "message")) is { } message)
            return [message];
        return [$"the gateway answered with status {status}"];
    }

    private static string Sentence(JsonElement error, Func<string, string, string?> optionOf)
    {
        var detail = Member(error, "detail") ?? "is not valid";
        foreach (var place in (ReadOnlySpan<string>)["pointer", "parameter", "header", "source"])
        {
            if (Member(error, place) is { } name)
                return $"{optionOf(place, name) ?? (name.Length == 0 ? "the request" : name)}: {detail}";
        }

        return detail;
    }

    private static string? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonElement.Parse(body.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
