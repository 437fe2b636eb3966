using System.Buffers;
using System.Text.Unicode;

namespace Dragoman.Conversation.ChatCompletions;

/// <summary>
/// Knows a stream event again that differs from an earlier one only in its text. Most events of a stream are such:
/// two comparisons and a scan of the text take the place of reading the JSON.
/// </summary>
internal sealed class TextDeltaTemplate
{
    /// <summary>Ends a JSON string, begins an escape, or is not allowed inside one.</summary>
    private static readonly SearchValues<byte> Special = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(value => (byte)value)]);

    private byte[] bytes = [];
    private int before;
    private int length;

    /// <param name="json">An event that was read, and had no effect but its text.</param>
    /// <param name="textStart">Where the text begins in it, behind the quote.</param>
    /// <param name="textLength">How many bytes the text takes.</param>
    public void Learn(ReadOnlySpan<byte> json, int textStart, int textLength)
    {
        before = textStart;
        length = json.Length - textLength;
        if (bytes.Length < length)
            bytes = new byte[length];
        json[..textStart].CopyTo(bytes);
        json[(textStart + textLength)..].CopyTo(bytes.AsSpan(textStart));
    }

    public void Forget() => length = 0;

    /// <param name="json">The next event.</param>
    /// <param name="text">Its text, escaped; free of escapes, in fact.</param>
    public bool TryMatch(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (length == 0 || json.Length <= length)
            return false;
        ReadOnlySpan<byte> known = bytes.AsSpan(0, length);
        if (!json.StartsWith(known[..before]) || !json.EndsWith(known[before..]))
            return false;
        text = json[before..(json.Length - length + before)];
        return !text.ContainsAny(Special) && Utf8.IsValid(text);
    }
}
