using System.Buffers;
using System.Text.Unicode;

namespace Dragoman.Conversation;

/// <summary>
/// Knows a stream event again that differs from an earlier one only in its text, and in the padding that some providers
/// put at its end: a last member that means nothing, or spaces. Most events of a stream are such: a few comparisons and
/// a scan of the text take the place of reading the JSON.
/// </summary>
internal sealed class TextDeltaTemplate
{
    /// <summary>Ends a JSON string, begins an escape, or is not allowed inside one.</summary>
    private static readonly SearchValues<byte> Special = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(value => (byte)value)]);

    private byte[] known = [];
    private int beforeLength;
    private int afterLength;
    private bool hasPadding;
    private bool hasSpaces;

    /// <param name="json">An event that was read, and had no effect but its text.</param>
    /// <param name="textStart">Where the text begins in it, behind the quote.</param>
    /// <param name="textLength">How many bytes the text takes.</param>
    public void Learn(ReadOnlySpan<byte> json, int textStart, int textLength)
    {
        var after = json[(textStart + textLength)..];
        beforeLength = textStart;
        hasSpaces = EndsInSpaces(after, out afterLength);
        if (hasSpaces)
            hasPadding = false;
        else
            afterLength = after.Length - PaddingLength(after, out hasPadding);
        if (known.Length < beforeLength + afterLength)
            known = new byte[beforeLength + afterLength];
        json[..textStart].CopyTo(known);
        after[..afterLength].CopyTo(known.AsSpan(beforeLength));
    }

    public void Forget() => beforeLength = 0;

    /// <param name="json">The next event.</param>
    /// <param name="text">Its text, escaped; free of escapes, in fact.</param>
    public bool TryMatch(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (beforeLength == 0 || !json.StartsWith(known.AsSpan(0, beforeLength)))
            return false;
        var rest = json[beforeLength..];
        var textLength = rest.IndexOfAny(Special);
        if (textLength <= 0 || !rest[textLength..].StartsWith(known.AsSpan(beforeLength, afterLength)))
            return false;
        var tail = rest[(textLength + afterLength)..];
        if (hasSpaces)
        {
            if (tail.TrimStart((byte)' ') is not [(byte)'}'])
                return false;
        }
        else if (hasPadding ? tail.IndexOfAny(Special) != tail.Length - 2 || !tail.EndsWith("\"}"u8) : !tail.IsEmpty)
        {
            return false;
        }

        text = rest[..textLength];
        return Utf8.IsValid(text);
    }

    /// <summary>Anthropic puts spaces before the last brace (specs/dialects.md 1.3); <paramref name="length"/> is what stands before them.</summary>
    private static bool EndsInSpaces(ReadOnlySpan<byte> after, out int length)
    {
        length = "\"}"u8.Length;
        return after.StartsWith("\"}"u8) && after[length..].TrimStart((byte)' ') is [(byte)'}'];
    }

    /// <summary>
    /// How many bytes at the end are a padding's value with the quote and brace that close it: Mistral's <c>p</c>,
    /// OpenAI's <c>obfuscation</c> (specs/dialects.md 1.1, 1.5), last members that mean nothing.
    /// </summary>
    private static int PaddingLength(ReadOnlySpan<byte> after, out bool hasPadding)
    {
        hasPadding = false;
        if (!after.EndsWith("\"}"u8))
            return 0;
        var valueStart = after[..^2].LastIndexOf((byte)'"') + 1;
        var upToValue = after[..valueStart];
        if (!upToValue.EndsWith(",\"p\":\""u8) && !upToValue.EndsWith(",\"obfuscation\":\""u8))
            return 0;
        hasPadding = !after[valueStart..^2].ContainsAny(Special);
        return hasPadding ? after.Length - valueStart : 0;
    }
}
