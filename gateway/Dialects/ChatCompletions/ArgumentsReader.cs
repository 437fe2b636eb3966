using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Reads the <c>arguments</c> of a tool call that a client sends back, in chat completions and in Responses.</summary>
internal static class ArgumentsReader
{
    /// <summary>The text of a JSON object, or <c>{}</c> when the member is missing or blank.</summary>
    /// <param name="call">The object with the member.</param>
    /// <exception cref="GatewayException">The member is not the text of a JSON object.</exception>
    public static string Read(RequestObject call)
    {
        var arguments = call.String("arguments");
        if (string.IsNullOrWhiteSpace(arguments))
            return "{}";
        if (IsObject(arguments))
            return arguments;
        throw GatewayException.Invalid(call.FieldPath("arguments"), RequestText.ArgumentsText(call.FieldPath("arguments")));
    }

    private static bool IsObject(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return parsed.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
