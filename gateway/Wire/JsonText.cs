using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Dragoman.Wire;

/// <summary>JSON strings as byte slices: escaping, unescaping, and lenient reading of strings that are not well-formed.</summary>
public static class JsonText
{
    /// <summary>Bytes; a longer string is decoded piece by piece.</summary>
    private const int LongString = 256 * 1024;

    /// <summary>Escapes only what JSON requires, so that the text stays readable.</summary>
    public static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The inside of a JSON string for <paramref name="text"/>, without quotes.</summary>
    public static byte[] Escape(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();

    /// <summary>The JSON string for <paramref name="text"/>, with its quotes.</summary>
    public static byte[] Quoted(string text) => [(byte)'"', .. JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"'];

    /// <summary>
    /// Writes the UTF-8 text that an escaped slice stands for. Half a surrogate pair, which JSON can write and UTF-8
    /// cannot, becomes U+FFFD.
    /// </summary>
    public static void Unescape(ReadOnlySpan<byte> escaped, IBufferWriter<byte> output)
    {
        while (true)
        {
            var backslash = escaped.IndexOf((byte)'\\');
            if (backslash < 0 || backslash + 1 >= escaped.Length)
            {
                output.Write(escaped);
                return;
            }

            output.Write(escaped[..backslash]);
            escaped = escaped[backslash..];
            escaped = escaped[UnescapeOne(escaped, output)..];
        }
    }

    /// <summary>The inside of a JSON string that holds <paramref name="json"/>, which must have no lone half of a surrogate pair in it.</summary>
    public static ReadOnlySpan<byte> Quote(ReadOnlySpan<byte> json) => JsonEncodedText.Encode(json, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;

    /// <summary>Parses the first value. Half a surrogate pair is read as U+FFFD, so that every name and text in it can be read.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static JsonDocument Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(ReplaceLoneSurrogates(json));
        return JsonDocument.ParseValue(ref reader);
    }

    /// <summary>
    /// JSON on one line, as the events and lines of a stream need it. A line end can only stand between tokens, where a
    /// space means the same.
    /// </summary>
    public static ReadOnlySpan<byte> OnOneLine(ReadOnlySpan<byte> json)
    {
        if (!json.ContainsAny((byte)'\r', (byte)'\n'))
            return json;
        var line = json.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        return line;
    }

    /// <summary>Removes the white space that JSON allows around a value.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> json) => json.Trim(" \t\r\n"u8);

    /// <summary>The bytes with U+FFFD in place of everything that is not valid UTF-8.</summary>
    public static ReadOnlySpan<byte> ReplaceInvalidUtf8(ReadOnlySpan<byte> json) => Utf8.IsValid(json) ? json : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json));

    /// <summary>Reads a JSON string leniently: half a surrogate pair becomes U+FFFD instead of an exception.</summary>
    public static string ReadString(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String && System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element)[1..^1] is { Length: > LongString } raw)
            return ReadLongString(raw);
        try
        {
            return element.GetString() ?? "";
        }
        catch (InvalidOperationException) when (element.ValueKind == JsonValueKind.String)
        {
            return ReadString(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element)[1..^1]);
        }
    }

    /// <summary>Decodes without a UTF-8 buffer for the whole text: the framework would rent one from a pool that keeps it.</summary>
    private static string ReadLongString(ReadOnlySpan<byte> escaped)
    {
        if (escaped.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(escaped);
        return string.Create(Decode(escaped, default), escaped, static (target, source) => Decode(source, target));
    }

    /// <summary>Decodes an escaped slice to UTF-16; with an empty <paramref name="target"/> it only counts.</summary>
    /// <returns>How many UTF-16 units the text has.</returns>
    private static int Decode(ReadOnlySpan<byte> escaped, Span<char> target)
    {
        var counts = target.IsEmpty;
        var length = 0;
        var one = new ArrayBufferWriter<byte>(8);
        while (true)
        {
            var backslash = escaped.IndexOf((byte)'\\');
            var plain = backslash < 0 || backslash + 1 >= escaped.Length ? escaped : escaped[..backslash];
            length += counts ? Encoding.UTF8.GetCharCount(plain) : Encoding.UTF8.GetChars(plain, target[length..]);
            escaped = escaped[plain.Length..];
            if (escaped.IsEmpty)
                return length;
            one.ResetWrittenCount();
            escaped = escaped[UnescapeOne(escaped, one)..];
            length += counts ? Encoding.UTF8.GetCharCount(one.WrittenSpan) : Encoding.UTF8.GetChars(one.WrittenSpan, target[length..]);
        }
    }

    /// <summary>The text of an escaped slice.</summary>
    public static string ReadString(ReadOnlySpan<byte> escaped)
    {
        if (escaped.Length > LongString)
            return ReadLongString(escaped);
        if (escaped.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(escaped);
        var plain = new ArrayBufferWriter<byte>(escaped.Length);
        Unescape(escaped, plain);
        return Encoding.UTF8.GetString(plain.WrittenSpan);
    }

    /// <summary>Whether the slice ends in the first half of a surrogate pair, written as <c>\uD83D</c>.</summary>
    public static bool EndsInHighSurrogate(ReadOnlySpan<byte> escaped)
    {
        if (escaped.Length < 6 || escaped[^6] != '\\' || escaped[^5] != 'u' || !TryReadUnit(escaped[^4..], out var unit))
            return false;
        if (!char.IsHighSurrogate((char)unit))
            return false;
        var backslashes = 0;
        for (var i = escaped.Length - 6; i >= 0 && escaped[i] == '\\'; i--)
            backslashes++;
        return backslashes % 2 == 1;
    }

    /// <summary>
    /// The slice with the escape of U+FFFD in place of every lone half of a surrogate pair; both take six bytes. Many parsers
    /// reject a string with a lone half.
    /// </summary>
    public static ReadOnlySpan<byte> ReplaceLoneSurrogates(ReadOnlySpan<byte> escaped)
    {
        byte[]? replaced = null;
        for (var position = 0; ;)
        {
            var offset = escaped[position..].IndexOf((byte)'\\');
            if (offset < 0 || position + offset + 1 >= escaped.Length)
                return replaced ?? escaped;
            position += offset;
            var rest = escaped[position..];
            if (rest[1] != 'u' || rest.Length < 6 || !TryReadUnit(rest[2..], out var unit))
            {
                position += 2;
            }
            else if (!char.IsSurrogate((char)unit))
            {
                position += 6;
            }
            else if (StartsWithPair(rest))
            {
                position += 12;
            }
            else
            {
                replaced ??= escaped.ToArray();
                "\\ufffd"u8.CopyTo(replaced.AsSpan(position));
                position += 6;
            }
        }
    }

    private static bool StartsWithPair(ReadOnlySpan<byte> escaped) =>
        escaped.Length >= 12 && escaped[6] == '\\' && escaped[7] == 'u'
        && TryReadUnit(escaped[2..], out var high) && char.IsHighSurrogate((char)high)
        && TryReadUnit(escaped[8..], out var low) && char.IsLowSurrogate((char)low);

    /// <summary>Writes the character of the escape at the start of <paramref name="escaped"/>, and returns how many bytes the escape takes.</summary>
    internal static int UnescapeOne(ReadOnlySpan<byte> escaped, IBufferWriter<byte> output)
    {
        if (escaped[1] != 'u')
        {
            Span<byte> one = [escaped[1] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'t' => (byte)'\t',
                (byte)'r' => (byte)'\r',
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                var other => other,
            }];
            output.Write(one);
            return 2;
        }

        var consumed = Math.Min(6, escaped.Length);
        if (escaped.Length < 6 || !TryReadUnit(escaped.Slice(2, 4), out var unit))
        {
            WriteRune(Rune.ReplacementChar, output);
            return consumed;
        }

        if (Rune.TryCreate((char)unit, out var rune))
        {
            WriteRune(rune, output);
            return 6;
        }

        if (char.IsHighSurrogate((char)unit) && escaped.Length >= 12 && escaped[6] == '\\' && escaped[7] == 'u'
            && TryReadUnit(escaped.Slice(8, 4), out var low) && Rune.TryCreate((char)unit, (char)low, out var pair))
        {
            WriteRune(pair, output);
            return 12;
        }

        WriteRune(Rune.ReplacementChar, output);
        return 6;
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> hex, out ushort unit) =>
        Utf8Parser.TryParse(hex[..4], out unit, out var consumed, 'x') && consumed == 4;

    private static void WriteRune(Rune rune, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(4);
        output.Advance(rune.EncodeToUtf8(span));
    }
}
