using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Wire;

public class LongTextTests
{
    /// <summary>Text that is longer than one piece, with the cut at any place.</summary>
    private static Gen<string> Long { get; } =
        from text in Generated.Text.Where(text => text.Length > 0)
        from length in Gen.Choose(16 * 1024 - 3, 34 * 1024)
        select string.Concat(Enumerable.Repeat(text, (length / text.Length) + 1));

    [Fact]
    public void A_text_in_pieces_is_the_text_in_one() => Generated.Check(Long, 60, text =>
    {
        Assert.Equal(Write(writer => writer.WriteString("a"u8, text)), Write(writer => writer.WriteText("a"u8, text)));
        Assert.Equal(Write(writer => writer.WriteString("a"u8, text)), Write(writer =>
        {
            writer.WritePropertyName("a"u8);
            writer.WriteTextValue(text);
        }));
    });

    [Fact]
    public void No_text_is_null() => Assert.Equal("""{"a":null}""", Write(writer => writer.WriteText("a"u8, null)));

    /// <summary>The framework reads the string at once. Beyond 256 KiB the gateway reads it in pieces.</summary>
    [Fact]
    public void A_long_string_is_read_as_a_short_one() => Generated.Check(Generated.WellFormedText.Where(text => text.Length > 0), 40, text =>
    {
        var whole = string.Concat(Enumerable.Repeat(text, (300 * 1024 / text.Length) + 1));
        foreach (var json in new[] { JsonSerializer.Serialize(whole), $"\"{Encoding.UTF8.GetString(JsonText.Escape(whole))}\"" })
        {
            using var parsed = JsonDocument.Parse(json);
            Assert.Equal(whole, JsonText.ReadString(parsed.RootElement));
            Assert.Equal(whole, JsonText.ReadString(Encoding.UTF8.GetBytes(json).AsSpan()[1..^1]));
        }
    });

    [Fact]
    public void Half_a_surrogate_pair_in_a_long_string_is_read_over()
    {
        var text = new string('x', 300 * 1024);
        using var parsed = JsonDocument.Parse($"\"{text}\\ud83d{text}\"");

        Assert.Equal($"{text}\ufffd{text}", JsonText.ReadString(parsed.RootElement));
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
