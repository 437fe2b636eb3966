using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class JsonReadingTests
{
    [Theory]
    [InlineData("""[{"a":1},7,"x",[{"a":2}],null,{"a":3}]""", 2)]
    [InlineData("[]", 0)]
    [InlineData("[[{}],true]", 0)]
    public void Only_the_objects_of_an_array_are_visited(string json, int objects)
    {
        var reader = ReaderOf(json);
        var count = 0;
        while (reader.NextObject())
        {
            reader.Skip();
            count++;
        }

        Assert.Equal(objects, count);
        AssertAtEnd(ref reader);
    }

    [Fact]
    public void Members_are_read_or_skipped_whatever_they_hold()
    {
        var reader = ReaderOf("""{"a":"x\n","b":{"a":"inner"},"a":7,"a":["y"],"c":null}""");
        ReadOnlySpan<byte> text = default;
        var others = 0;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("a"u8))
            {
                reader.ReadText(ref text);
            }
            else
            {
                reader.SkipValue();
                others++;
            }
        }

        Assert.Equal("x\\n", Encoding.UTF8.GetString(text));
        Assert.Equal(2, others);
        AssertAtEnd(ref reader);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("-2", -2)]
    [InlineData("7.5", 5)]
    [InlineData("99999999999", 5)]
    [InlineData("null", 5)]
    [InlineData("\"7\"", 5)]
    [InlineData("{\"n\":7,\"a\":[7]}", 5)]
    [InlineData("[[7],{\"n\":7}]", 5)]
    public void A_number_is_read_and_any_other_value_skipped(string value, int expected)
    {
        var reader = ReaderOf($$"""{"n":{{value}},"next":null}""");
        reader.Read();
        var number = 5;
        reader.ReadNumber(ref number);
        Assert.Equal(expected, number);
        Assert.True(reader.NextMember());
        Assert.True(reader.ValueSpan.SequenceEqual("next"u8));
        reader.SkipValue();
        Assert.False(reader.NextMember());
        AssertAtEnd(ref reader);
    }

    [Theory]
    [InlineData("[1]", JsonTokenType.StartArray, true)]
    [InlineData("[1]", JsonTokenType.StartObject, false)]
    [InlineData("{\"a\":[]}", JsonTokenType.StartArray, false)]
    [InlineData("7", JsonTokenType.StartObject, false)]
    [InlineData("\"x\"", JsonTokenType.String, true)]
    public void A_value_is_entered_or_skipped(string json, JsonTokenType first, bool enters)
    {
        var reader = ReaderOf(json);
        var from = reader.TokenStartIndex;
        Assert.Equal(enters, reader.Enters(first));
        if (enters)
            Assert.Equal(from, reader.TokenStartIndex);
        else
            AssertAtEnd(ref reader);
    }

    private static Utf8JsonReader ReaderOf(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        return reader;
    }

    private static void AssertAtEnd(ref Utf8JsonReader reader) => Assert.False(reader.Read());
}
