using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Pipeline.Downloads;

/// <summary>
/// Finds links in a client's JSON that the provider may fetch, including those in members that the gateway does not read.
/// Texts, tool definitions and the arguments of calls are not searched.
/// </summary>
internal static class LinkScan
{
    private const int Deepest = Exchange.DeepestJson;

    private static readonly HashSet<string> Carriers = new(StringComparer.OrdinalIgnoreCase)
    {
        "audio", "endpoint", "file", "files", "host", "href", "image", "images", "link", "links", "location", "server", "source", "src", "video", "videos",
    };

    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase)
    {
        "arguments", "input_schema", "json_schema", "metadata", "parameters", "schema",
    };

    /// <summary>A fast check; false only when the JSON cannot contain a link.</summary>
    public static bool MayHoldLinks(ReadOnlySpan<byte> json) =>
        json.IndexOf("://"u8) >= 0 || json.IndexOf("\\/"u8) >= 0 || json.IndexOf("\\u"u8) >= 0;

    /// <summary>Returns the links without duplicates.</summary>
    /// <param name="json">Valid JSON; anything after its first value is not read.</param>
    public static IReadOnlyCollection<string> Find(ReadOnlySpan<byte> json)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        // For each depth: whether an array there is the value of a member that may hold links.
        Span<bool> carried = stackalloc bool[Deepest + 2];
        var isCarrier = false;
        var isInput = false;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deepest });
        while (reader.Read())
        {
            var wasInput = isInput;
            isInput = false;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    (isCarrier, isInput) = ReadName(ref reader);
                    break;
                case JsonTokenType.StartObject when wasInput:
                    reader.Skip();
                    break;
                case JsonTokenType.StartObject:
                    carried[reader.CurrentDepth + 1] = false;
                    break;
                case JsonTokenType.StartArray:
                    carried[reader.CurrentDepth + 1] = isCarrier;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray when reader.CurrentDepth == 0:
                    return found;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    isCarrier = carried[reader.CurrentDepth];
                    break;
                case JsonTokenType.String when isCarrier && TextOf(ref reader).Trim() is var text && IsLink(text):
                    found.Add(text);
                    break;
            }
        }

        return found;
    }

    /// <summary>Whether the member may hold links, and whether it is an input; skips values that cannot hold links.</summary>
    private static (bool IsCarrier, bool IsInput) ReadName(ref Utf8JsonReader reader)
    {
        var name = TextOf(ref reader);
        if (Skipped.Contains(name))
            reader.Skip();
        // "input" is an array of items in Responses, and an object with a call's arguments in Anthropic's blocks.
        return (IsCarrier(name), name.Equals("input", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsCarrier(string name) =>
        name.EndsWith("url", StringComparison.OrdinalIgnoreCase) || name.EndsWith("urls", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("uri", StringComparison.OrdinalIgnoreCase) || name.EndsWith("uris", StringComparison.OrdinalIgnoreCase)
        || Carriers.Contains(name);

    /// <summary>Whether the text has a scheme and a host. A data URL is not a link, because it contains its data.</summary>
    private static bool IsLink(string text)
    {
        var colon = text.IndexOf(':');
        return colon is > 0 and < 32
            && text.AsSpan(colon + 1).StartsWith("//")
            && !text.StartsWith("data:", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Returns a name or a string; a lone surrogate in it is not an error.</summary>
    private static string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return JsonText.ReadString(reader.ValueSpan);
        }
    }
}
