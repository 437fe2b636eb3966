using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Anthropic;

/// <summary>
/// Counts the tokens of a prompt, and how many of them a cache would hold according to the <c>cache_control</c> marks. The
/// emulator has no cache: tokens up to the second-last mark count as read, and those from there to the last mark as written.
/// </summary>
internal sealed class CacheMarks
{
    private const int MostMarks = 4;
    private const int TokensPerMessage = 4;
    private const int TokensPerFile = 256;

    private readonly List<int> marks = [];

    /// <summary>The number of all tokens.</summary>
    public int Total { get; private set; }

    public int Read => marks.Count > 1 ? marks[^2] : 0;

    public int Written => marks.Count > 0 ? marks[^1] - Read : 0;

    /// <summary>Whether the last mark asked for an hour.</summary>
    public bool LastsAnHour { get; private set; }

    /// <exception cref="ApiException">400: there are too many marks.</exception>
    public static CacheMarks Of(JsonElement root)
    {
        var result = new CacheMarks();
        foreach (var member in (ReadOnlySpan<string>)["tools", "system", "messages"])
        {
            if (root.TryGetProperty(member, out var value))
                result.Count(value);
        }

        result.Mark(root);
        return result.marks.Count <= MostMarks
            ? result
            : throw new ApiException(AnthropicError.Invalid($"A maximum of {MostMarks} blocks with cache_control may be provided. Found {result.marks.Count}."));
    }

    private void Count(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                Total += Tokenizer.Count(value.GetString());
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    Count(item);
                break;
            case JsonValueKind.Object:
                CountObject(value);
                break;
        }
    }

    private void CountObject(JsonElement value)
    {
        foreach (var member in value.EnumerateObject())
        {
            switch (member.Name)
            {
                case "role":
                    Total += TokensPerMessage;
                    break;
                case "source":
                    Total += TokensPerFile;
                    break;
                case "input" or "input_schema":
                    Total += Tokenizer.Count(member.Value.GetRawText());
                    break;
                case "type" or "cache_control" or "signature" or "data" or "id" or "tool_use_id":
                    break;
                default:
                    Count(member.Value);
                    break;
            }
        }

        Mark(value);
    }

    private void Mark(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("cache_control", out var control) || control.ValueKind != JsonValueKind.Object)
            return;
        marks.Add(Total);
        LastsAnHour = control.TryGetProperty("ttl", out var ttl) && ttl.ValueKind == JsonValueKind.String && ttl.GetString() == "1h";
    }
}
