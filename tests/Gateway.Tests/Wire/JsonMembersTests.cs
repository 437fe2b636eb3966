using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Wire;

public sealed class JsonMembersTests
{
    private static JsonMembers? Read(string json) => JsonMembers.TryRead(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData("""{"a":1,"a":{"b":[2]}}""", "a", """{"b":[2]}""")]
    [InlineData("""{"\u0061": "x" }""", "a", "\"x\"")]
    [InlineData("""{"a":null}""", "a", "")]
    [InlineData("""{"b":1}""", "a", "")]
    [InlineData("""{"\ud800":1,"a":"\ud800"}""", "a", "\"\\ud800\"")]
    public void Finds_the_last_member_of_a_name(string json, string name, string value) =>
        Assert.Equal(value, Encoding.UTF8.GetString(Read(json)!.Find(name).Span));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("7")]
    [InlineData("{} {}")]
    [InlineData("{}x")]
    public void Anything_but_one_object_is_nothing(string json) => Assert.Null(Read(json));

    [Theory]
    [InlineData("{\"a\":1} {}", true)]
    [InlineData("{\"a\":1}x", true)]
    [InlineData("[1]", false)]
    [InlineData("{\"a\":1", false)]
    public void What_follows_the_first_object_may_be_ignored(string json, bool isObject) =>
        Assert.Equal(isObject ? "1" : null, JsonMembers.TryReadFirst(Encoding.UTF8.GetBytes(json)) is { } members ? Encoding.UTF8.GetString(members.Find("a").Span) : null);

    [Theory]
    [InlineData("""{ "a": 1, "b" :[ 2 ], "c":3 }""", "b", "", """{"a": 1,"c":3}""")]
    [InlineData("""{"a":1}""", "a", "", "{}")]
    [InlineData("""{"a":1}""", "a", "\"x\":2", """{"x":2}""")]
    [InlineData("""{"a":1,"b":{"a":2}}""", "a", "\"x\":2", """{"x":2,"b":{"a":2}}""")]
    [InlineData("{}", "a", "", "{}")]
    public void Writes_what_is_wanted_as_it_stood(string json, string without, string with, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        Read(json)!.Write([without], Encoding.UTF8.GetBytes(with), output);
        Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("""{"a":1,"b":"x","c":{"d":[true,null]},"":[]}""")]
    [InlineData(" \r\n\t{ \"a\" : 1.50 ,\"\\u0062\":\"\\ud800\", \"\": {} , \"a\":null } ")]
    [InlineData("{}")]
    public void A_parsed_object_has_the_members_that_its_text_has(string json)
    {
        var text = Encoding.UTF8.GetBytes(json);
        foreach (var document in (JsonDocument[])[JsonDocument.Parse(text), Copied(text)])
        {
            using (document)
            {
                var (parsed, read) = (JsonMembers.Of(document.RootElement, text), JsonMembers.TryRead(text)!);
                Assert.Equal(json.Trim(), Encoding.UTF8.GetString(parsed.Json.Span));
                foreach (var name in (string[])["a", "b", "c", "", "d"])
                {
                    Assert.Equal(read.Find(name).ToArray(), parsed.Find(name).ToArray());
                    Assert.Equal(read.Has(Encoding.UTF8.GetBytes(name)), parsed.Has(Encoding.UTF8.GetBytes(name)));
                }

                Assert.Equal(read.Without("a").ToArray(), parsed.Without("a").ToArray());
            }
        }

        // Parses in the way in which a body is parsed when something follows it.
        static JsonDocument Copied(byte[] text)
        {
            var reader = new Utf8JsonReader(text);
            return JsonDocument.ParseValue(ref reader);
        }
    }

    [Fact]
    public void What_follows_a_parsed_object_is_left_out()
    {
        var text = " {\"a\":1} {\"a\":2}"u8.ToArray();
        var reader = new Utf8JsonReader(text);
        using var document = JsonDocument.ParseValue(ref reader);
        var members = JsonMembers.Of(document.RootElement, text);
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(members.Json.Span));
        Assert.Equal("1", Encoding.UTF8.GetString(members.Find("a").Span));
    }
}
