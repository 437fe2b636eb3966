using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>
/// The configuration as text: JSON with comments and trailing commas. Finds, with their pointers, the mistakes that a JSON
/// tree would hide, or on which it would throw later: duplicate members, nulls, halves of surrogate pairs.
/// </summary>
internal sealed class ConfigurationText
{
    /// <summary>The largest file, in bytes; a configuration usually has some kilobytes.</summary>
    public const int LargestFile = 4 * 1024 * 1024;

    private const int Deepest = 64;

    /// <summary>The longest pointer in a message, in UTF-16 units.</summary>
    private const int LongestPointer = 300;

    private static readonly JsonNodeOptions NodeOptions = new() { PropertyNameCaseInsensitive = true };

    private static readonly JsonDocumentOptions DocumentOptions = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = Deepest };

    private static readonly JsonReaderOptions ReaderOptions = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = Deepest };

    private readonly List<(string Pointer, string What)> mistakes = [];
    private readonly Stack<Level> levels = [];

    private ConfigurationText()
    {
    }

    /// <summary>Reads JSON.</summary>
    /// <param name="utf8">The text, without a byte order mark.</param>
    /// <param name="mistakes">The mistakes: a pointer into the text, empty when the text is not JSON at all, and a sentence to follow it.</param>
    /// <returns>Null after a mistake.</returns>
    public static JsonNode? Read(byte[] utf8, out List<(string Pointer, string What)> mistakes)
    {
        var text = new ConfigurationText();
        mistakes = text.mistakes;
        if (utf8.Length == 0)
        {
            text.mistakes.Add(("", "is empty; allowed: a JSON object such as {}"));
            return null;
        }

        try
        {
            text.Check(utf8);
            return text.mistakes.Count > 0 ? null : JsonNode.Parse(utf8, NodeOptions, DocumentOptions);
        }
        catch (JsonException error)
        {
            // Mistakes that only follow from where the JSON breaks off would mislead.
            text.mistakes.Clear();
            text.mistakes.Add(("", $"is not valid JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {ReasonOf(error)}"));
            return null;
        }
    }

    /// <summary>The bytes of a file as UTF-8 without a byte order mark.</summary>
    /// <param name="bytes">UTF-8, or UTF-16 with a byte order mark.</param>
    /// <param name="mistake">What is wrong when they are neither.</param>
    public static byte[]? ToUtf8(byte[] bytes, out string? mistake)
    {
        mistake = null;
        var isLittle = bytes is [0xff, 0xfe, ..];
        if (isLittle || bytes is [0xfe, 0xff, ..])
        {
            try
            {
                return Encoding.UTF8.GetBytes(new UnicodeEncoding(bigEndian: !isLittle, byteOrderMark: true, throwOnInvalidBytes: true).GetString(bytes, 2, bytes.Length - 2));
            }
            catch (DecoderFallbackException)
            {
                mistake = "is not valid UTF-16; allowed: UTF-8";
                return null;
            }
        }

        var utf8 = bytes is [0xef, 0xbb, 0xbf, ..] ? bytes[3..] : bytes;
        if (Utf8.IsValid(utf8))
            return utf8;
        var start = bytes.Length - utf8.Length;
        Utf8.ToUtf16(utf8, new char[utf8.Length], out var valid, out _, replaceInvalidSequences: false);
        mistake = $"is not UTF-8 text: byte {start + valid + 1} begins no character; allowed: UTF-8";
        return null;
    }

    private void Check(byte[] utf8)
    {
        var reader = new Utf8JsonReader(utf8, ReaderOptions);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    levels.TryPeek(out var outer);
                    levels.Push(new Level(outer is null ? "" : PointerOf(outer), reader.TokenType == JsonTokenType.StartObject));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    levels.Pop();
                    Advance();
                    break;
                case JsonTokenType.PropertyName:
                    if (TextOf(ref reader) is { } name)
                        Enter(name);
                    break;
                case JsonTokenType.String:
                    if (TextOf(ref reader) is null)
                        mistakes.Add((Here, "holds half of a surrogate pair; allowed: whole characters"));
                    Advance();
                    break;
                case JsonTokenType.Null:
                    mistakes.Add((Here, "must not be null; leave it out, or give it a value"));
                    Advance();
                    break;
                default:
                    Advance();
                    break;
            }
        }
    }

    private void Enter(string name)
    {
        var level = levels.Peek();
        level.Name = name;
        if (!level.Names!.TryGetValue(name, out var other))
            level.Names.Add(name);
        else
            mistakes.Add((PointerOf(level), other == name ? "is given twice; allowed: once" : $"is given twice, here and as {Printable.Quote(other)}; allowed: once, in any case"));
    }

    /// <summary>The pointer of the value that was read last.</summary>
    private string Here => levels.TryPeek(out var level) ? PointerOf(level) : "";

    private void Advance()
    {
        if (levels.TryPeek(out var level))
            level.Index++;
    }

    private static string PointerOf(Level level) => $"{level.Pointer}/{(level.Names is null ? level.Index.ToString() : Escape(level.Name))}";

    /// <summary>Escapes a member's name for a JSON pointer (RFC 6901).</summary>
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The string that was read; null when it contains half of a surrogate pair.</summary>
    private string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var level = levels.Peek();
                mistakes.Add((level.Pointer, "has a member whose name holds half of a surrogate pair; allowed: whole characters"));
                level.Name = "\ufffd";
            }

            return null;
        }
    }

    /// <summary>The JSON reader's message, without the position at its end and without what it quotes of the text, which may be a key.</summary>
    private static string ReasonOf(JsonException error)
    {
        var end = error.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        var reason = (end < 0 ? error.Message : error.Message[..end]).TrimEnd('.');
        // A quoted character or its code is harmless and helps.
        const int longestCharacter = 4;
        return reason.StartsWith('\'') && reason.LastIndexOf("' is ", StringComparison.Ordinal) is var close && close > 1 + longestCharacter
            ? $"what stands there{reason[(close + 1)..]}"
            : reason;
    }

    /// <summary>A pointer cut to a readable length; a name in it may be as long as the file.</summary>
    public static string Shorten(string pointer) => pointer.Length <= LongestPointer ? pointer : pointer[..LongestPointer] + "…";

    private sealed class Level(string pointer, bool isObject)
    {
        public string Pointer => pointer;

        /// <summary>The names of an object's members; null for an array.</summary>
        public HashSet<string>? Names { get; } = isObject ? new(StringComparer.OrdinalIgnoreCase) : null;

        public string Name { get; set; } = "";

        public int Index { get; set; }
    }
}
