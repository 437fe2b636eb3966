using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData(" \t\r\n{\"a\": 1} \n", "{\"a\": 1}")]
    [InlineData("\u00a0{}", "\u00a0{}")]
    [InlineData(" \r\n\t", "")]
    public void Only_the_white_space_of_JSON_is_trimmed(string json, string trimmed) =>
        Assert.Equal(trimmed, Encoding.UTF8.GetString(JsonText.Trim(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void What_is_not_UTF8_is_replaced_and_anything_else_stays_where_it_is()
    {
        byte[] valid = [.. "{\"a\":\"é👋\"}"u8];
        Assert.True(JsonText.ReplaceInvalidUtf8(valid) == valid);
        Assert.Equal("a\ufffdb", Encoding.UTF8.GetString(JsonText.ReplaceInvalidUtf8([(byte)'a', 0xC3, (byte)'b'])));
    }

    [Fact]
    public void Any_text_survives_escaping_and_unescaping() => Generated.Check(Generated.WellFormedText, 1000, text =>
    {
        var escaped = JsonText.Escape(text);
        Assert.Equal(text, JsonText.ReadString(escaped));
        Assert.Equal(text, JsonDocument.Parse((byte[])[(byte)'"', .. escaped, (byte)'"']).RootElement.GetString());
    });

    [Fact]
    public void Any_spelling_of_a_text_reads_as_that_text() => Generated.Check(Generated.WellFormedText, 500, text =>
    {
        // Every UTF-16 unit is escaped, as by servers that send only ASCII.
        var spelled = string.Concat(text.Select(unit => $"\\u{(int)unit:x4}"));
        Assert.Equal(text, JsonText.ReadString(Encoding.UTF8.GetBytes(spelled)));
        Assert.Equal(text, JsonText.ReadString(Encoding.UTF8.GetBytes(spelled.ToUpperInvariant().Replace("\\U", "\\u", StringComparison.Ordinal))));
    });

    [Theory]
    [InlineData("""a\"b\\c\/d\b\f\n\r\te""", "a\"b\\c/d\b\f\n\r\te")]
    [InlineData("""\u0041\u00e9\u6F22""", "Aé漢")]
    [InlineData("""\ud83d\udc4b""", "👋")]
    [InlineData("""\ud83d""", "\ufffd")]
    [InlineData("""\udc4b""", "\ufffd")]
    [InlineData("""x\ud83dy""", "x\ufffdy")]
    [InlineData("""\ud83d\ud83d\udc4b""", "\ufffd👋")]
    [InlineData("""\ud83d\n""", "\ufffd\n")]
    [InlineData("""\\ud83d""", "\\ud83d")]
    public void Escapes_are_read_and_lone_halves_replaced(string escaped, string expected)
    {
        Assert.Equal(expected, JsonText.ReadString(Encoding.UTF8.GetBytes(escaped)));
        Assert.Equal(expected, JsonText.ReadString(JsonDocument.Parse($"\"{escaped}\"").RootElement));
    }

    [Theory]
    [InlineData("""\u12""")]
    [InlineData("""\uzzzz""")]
    [InlineData("""a\""")]
    public void A_broken_escape_is_no_reason_to_throw(string escaped) => Assert.NotEmpty(JsonText.ReadString(Encoding.UTF8.GetBytes(escaped)));

    [Fact]
    public void Text_with_broken_utf8_is_read_with_replacements()
    {
        byte[] json = [(byte)'"', (byte)'a', 0xC3, (byte)'b', 0xFF, (byte)'"'];
        Assert.Equal("a\ufffdb\ufffd", JsonText.ReadString(JsonDocument.Parse(json).RootElement));
    }

    [Theory]
    [InlineData("""\ud83d""", true)]
    [InlineData("""x\uDBFF""", true)]
    [InlineData("""\\\ud83d""", true)]
    [InlineData("""\\ud83d""", false)]
    [InlineData("""\ud83d\udc4b""", false)]
    [InlineData("""\udc4b""", false)]
    [InlineData("ud83d", false)]
    [InlineData("", false)]
    public void A_trailing_first_half_is_recognised(string escaped, bool expected) =>
        Assert.Equal(expected, JsonText.EndsInHighSurrogate(Encoding.UTF8.GetBytes(escaped)));

    [Fact]
    public void Replacing_lone_halves_makes_every_string_readable() => Generated.Check(Generated.Text, 1000, text =>
    {
        var escaped = Encoding.UTF8.GetBytes(Spell(text));
        var replaced = JsonText.ReplaceLoneSurrogates(escaped).ToArray();
        Assert.Equal(escaped.Length, replaced.Length);
        Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), JsonDocument.Parse((byte[])[(byte)'"', .. replaced, (byte)'"']).RootElement.GetString());
    });

    [Fact]
    public void Unescaping_appends_to_what_is_there()
    {
        var output = new ArrayBufferWriter<byte>();
        JsonText.Unescape("""a\n"""u8, output);
        JsonText.Unescape("b"u8, output);
        Assert.Equal("a\nb", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    /// <summary>Escapes a text in a way that keeps lone surrogates.</summary>
    internal static string Spell(string text) => string.Concat(text.Select(unit => unit is < ' ' or '"' or '\\' or > '~' ? $"\\u{(int)unit:x4}" : unit.ToString()));
}
