using System.Text.Json;
using System.Text.Unicode;

namespace Dragoman.Access.Tokens;

/// <summary>
/// Reads JSON that others made so that nothing in it is an error later. A document is normally read without a look at its texts:
/// one that is no text fails where somebody reads it.
/// </summary>
internal static class StrictJson
{
    public const string Rule = "JSON in UTF-8 with each member once, and nested at most 32 deep";

    /// <summary>Which of two members of one name counts would depend on the reader.</summary>
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <exception cref="JsonException">It does not obey the rule.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span))
            throw new JsonException();
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(utf8, Options);
            // Only an escape can still be half of a surrogate pair.
            if (utf8.Span.IndexOf("\\ud"u8) >= 0 || utf8.Span.IndexOf("\\uD"u8) >= 0)
                ReadTexts(document.RootElement);
            return document;
        }
        catch (InvalidOperationException error)
        {
            document?.Dispose();
            throw new JsonException(null, error);
        }
    }

    /// <exception cref="InvalidOperationException">A text has half of a surrogate pair.</exception>
    private static void ReadTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    ReadTexts(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadTexts(member.Value);
                }

                break;
        }
    }
}
