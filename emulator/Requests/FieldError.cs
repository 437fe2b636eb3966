using System.Text;
using System.Text.Json;

namespace Dragoman.Emulator.Requests;

/// <summary>A step towards a field: a member's name, or the number of an array's item.</summary>
internal readonly record struct FieldStep(string? Member, int Item)
{
    public static implicit operator FieldStep(string member) => new(member, 0);

    public static implicit operator FieldStep(int item) => new(null, item);
}

/// <summary>One entry of a 422's <c>detail</c> list (<c>specs/dialects.md 1.5</c>).</summary>
/// <param name="Type">The type, such as <c>extra_forbidden</c> or <c>missing</c>.</param>
/// <param name="Location">The path, beginning with <c>body</c>.</param>
/// <param name="Message">The message for people.</param>
/// <param name="Input">The offending value as JSON text.</param>
internal sealed record FieldError(string Type, IReadOnlyList<FieldStep> Location, string Message, string Input)
{
    private const int LongestInput = 1024;

    /// <summary>The allowed values, for <c>literal_error</c>.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>The bound that a number out of range exceeds.</summary>
    public double Limit { get; init; }

    /// <summary>The value as JSON text. A long one (an image, a whole conversation) is not repeated.</summary>
    public static string Quote(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= LongestInput ? text : "null";
    }

    /// <summary>The path as one text: members after a dot, and items after a dot or in brackets.</summary>
    public string Path(bool inBrackets)
    {
        var path = new StringBuilder();
        foreach (var step in Location)
        {
            if (step.Member is null && inBrackets)
                path.Append('[').Append(step.Item).Append(']');
            else if (step.Member is null)
                path.Append(path.Length > 0 ? "." : "").Append(step.Item);
            else
                path.Append(path.Length > 0 ? "." : "").Append(step.Member);
        }

        return path.ToString();
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, Type);
        json.WriteStartArray("loc"u8);
        foreach (var step in Location)
        {
            if (step.Member is null)
                json.WriteNumberValue(step.Item);
            else
                json.WriteStringValue(step.Member);
        }

        json.WriteEndArray();
        json.WriteString("msg"u8, Message);
        json.WritePropertyName("input"u8);
        json.WriteRawValue(Input, skipInputValidation: true);
        json.WriteEndObject();
    }
}
