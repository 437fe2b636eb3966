using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// Recognizes a stream event that differs from an earlier one only in its text and in values that its reader marked: counts,
/// and values without meaning, such as padding or a sequence number. Most events of a stream are like that. For them a few
/// comparisons and a scan of the text replace the parsing of JSON.
/// </summary>
/// <remarks>
/// The positions of text and counts are learned from the stream itself, because servers order their members differently. A
/// reader calls <see cref="Begin"/>, marks what it finds while it reads an event, and then calls <see cref="Learn"/>, which
/// learns the event if it brought nothing but one text and the marked counts.
/// </remarks>
/// <param name="countKinds">How many kinds of counts the reader distinguishes.</param>
internal sealed class TextDeltaTemplate(int countKinds = 0)
{
    /// <summary>The most digits that certainly fit in a signed integer of 64 bits.</summary>
    private const int MostDigits = 18;

    /// <summary>The kind of a number without meaning.</summary>
    private const int NoCount = -1;

    /// <summary>The bytes that end a JSON string, begin an escape, or are not allowed inside a string.</summary>
    private static readonly SearchValues<byte> Special = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(value => (byte)value)]);

    private readonly long[] counts = new long[countKinds];
    private readonly List<Mark> marks = [];
    private bool canBeLearned;
    private int textStart;
    private int textLength;

    /// <summary>The bytes that all such events share, without the last brace and the spaces before it.</summary>
    private byte[] known = [];

    private Gap[] gaps = [];
    private int gapCount;
    private int tailLength;

    private enum Value : byte
    {
        Text,
        Number,
        Padding,
    }

    /// <summary>The counts of the event that was matched last, by kind; zero when it has none of a kind.</summary>
    public ReadOnlySpan<long> Counts => counts;

    /// <summary>Whether the event that is being read has brought a text.</summary>
    private bool HasText => textLength > 0;

    /// <summary>Call it before an event is read.</summary>
    public void Begin()
    {
        marks.Clear();
        canBeLearned = true;
        textLength = 0;
    }

    /// <summary>Marks the text of the event. An event with two texts cannot be learned.</summary>
    /// <param name="json">The JSON that will be learned.</param>
    /// <param name="text">The text, escaped. If it is not a slice of <paramref name="json"/>, the event cannot be learned.</param>
    public void MarkText(ReadOnlySpan<byte> json, ReadOnlySpan<byte> text)
    {
        canBeLearned &= !HasText && json.Overlaps(text, out textStart);
        textLength = text.Length;
    }

    /// <summary>Marks that the event has an effect besides its text and its counts, so that it cannot be learned.</summary>
    public void MarkEffect() => canBeLearned = false;

    /// <summary>Marks the number or string at the reader's position as a value without meaning.</summary>
    /// <param name="reader">Reads the JSON that will be learned.</param>
    public void MarkPadding(in Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
            marks.Add(new Mark((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, Value.Padding, NoCount));
        else if (reader.TokenType == JsonTokenType.Number && IsPlain(reader.ValueSpan))
            marks.Add(new Mark((int)reader.TokenStartIndex, reader.ValueSpan.Length, Value.Number, NoCount));
    }

    /// <summary>Marks the number at the reader's position as a count; of several of one kind the last is used.</summary>
    /// <param name="reader">Reads the JSON that will be learned.</param>
    /// <param name="kind">The kind, counted from 0.</param>
    public void MarkCount(in Utf8JsonReader reader, int kind)
    {
        if (IsPlain(reader.ValueSpan))
            marks.Add(new Mark((int)reader.TokenStartIndex, reader.ValueSpan.Length, Value.Number, kind));
        else
            MarkEffect();
    }

    /// <summary>Learns the event that was marked; false when it cannot be learned.</summary>
    /// <param name="json">The event, from its first brace to its last.</param>
    public bool Learn(ReadOnlySpan<byte> json)
    {
        if (!canBeLearned || !HasText || json is not [.., (byte)'}'])
            return false;
        marks.Add(new Mark(textStart, textLength, Value.Text, NoCount));
        marks.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        if (gaps.Length < marks.Count)
            gaps = new Gap[marks.Count];
        if (known.Length < json.Length)
            known = new byte[json.Length];
        var from = 0;
        var length = 0;
        gapCount = 0;
        foreach (var mark in marks)
        {
            var before = json[from..mark.Start];
            before.CopyTo(known.AsSpan(length));
            length += before.Length;
            gaps[gapCount++] = new Gap(before.Length, mark.Value, mark.Kind);
            from = mark.Start + mark.Length;
        }

        var tail = json[from..^1].TrimEnd((byte)' ');
        tail.CopyTo(known.AsSpan(length));
        tailLength = tail.Length;
        return true;
    }

    public void Forget() => gapCount = 0;

    /// <param name="json">The next event.</param>
    /// <param name="text">Its text, escaped, never empty.</param>
    public bool TryMatch(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (gapCount == 0)
            return false;
        Array.Clear(counts);
        ReadOnlySpan<byte> rest = known;
        foreach (ref readonly var gap in gaps.AsSpan(0, gapCount))
        {
            if (!json.StartsWith(rest[..gap.KnownBefore]))
                return false;
            json = json[gap.KnownBefore..];
            rest = rest[gap.KnownBefore..];
            int length;
            switch (gap.Value)
            {
                case Value.Text:
                    length = TextLength(json);
                    if (length <= 0)
                        return false;
                    text = json[..length];
                    break;
                case Value.Number:
                    length = NumberLength(json, out var number);
                    if (length <= 0)
                        return false;
                    if (gap.Kind != NoCount)
                        counts[gap.Kind] = number;
                    break;
                default:
                    length = json.IndexOfAny(Special);
                    if (length < 0)
                        return false;
                    break;
            }

            json = json[length..];
        }

        return json.StartsWith(rest[..tailLength]) && IsEnd(json[tailLength..]) && Utf8.IsValid(text);
    }

    /// <summary>Anthropic pads with spaces before the last brace (specs/dialects.md 1.3).</summary>
    private static bool IsEnd(ReadOnlySpan<byte> json) => json is [(byte)'}'] || json.TrimStart((byte)' ') is [(byte)'}'];

    private static bool IsPlain(ReadOnlySpan<byte> number) => number.Length <= MostDigits && !number.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>The length up to the quote that ends a string; -1 when the string is not valid or does not end.</summary>
    private static int TextLength(ReadOnlySpan<byte> json)
    {
        var length = 0;
        while (true)
        {
            var offset = json[length..].IndexOfAny(Special);
            if (offset < 0)
                return -1;
            length += offset;
            if (json[length] == '"')
                return length;
            var escape = EscapeLength(json[length..]);
            if (escape == 0)
                return -1;
            length += escape;
        }
    }

    /// <summary>The length of an escape in bytes; 0 when it is not valid JSON.</summary>
    private static int EscapeLength(ReadOnlySpan<byte> json)
    {
        if (json.Length < 2 || json[0] != '\\')
            return 0;
        if (json[1] is (byte)'n' or (byte)'"' or (byte)'\\' or (byte)'t' or (byte)'r' or (byte)'/' or (byte)'b' or (byte)'f')
            return 2;
        const int unitLength = 6;
        return json[1] == 'u' && json.Length >= unitLength && IsHex(json[2..unitLength]) ? unitLength : 0;
    }

    private static bool IsHex(ReadOnlySpan<byte> digits)
    {
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return false;
        }

        return true;
    }

    /// <summary>The length of a whole number in bytes; 0 when there is none that is valid JSON.</summary>
    private static int NumberLength(ReadOnlySpan<byte> json, out long number)
    {
        number = 0;
        var length = 0;
        while (length < json.Length && char.IsAsciiDigit((char)json[length]))
            number = (number * 10) + (json[length++] - '0');
        return length > MostDigits || (length > 1 && json[0] == '0') ? 0 : length;
    }

    /// <param name="Start">The offset in bytes; of a string, of its first byte after the quote.</param>
    /// <param name="Length">The length in bytes.</param>
    /// <param name="Value">The type of the value.</param>
    /// <param name="Kind">The kind of a count.</param>
    private readonly record struct Mark(int Start, int Length, Value Value, int Kind);

    /// <param name="KnownBefore">How many shared bytes lie between the previous gap and this one.</param>
    /// <param name="Value">The type of the value in the gap.</param>
    /// <param name="Kind">The kind of a count.</param>
    private readonly record struct Gap(int KnownBefore, Value Value, int Kind);
}
