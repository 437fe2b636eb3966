using System.Buffers;
using System.Text;
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
}
