using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Wire;

public class JsonSpliceTests
{
    private delegate void Change(ReadOnlySpan<byte> json, IBufferWriter<byte> output);

    private static string Changed(string json, Change change)
    {
        var output = new ArrayBufferWriter<byte>();
        change(Encoding.UTF8.GetBytes(json), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    [Theory]
    [InlineData("{\"model\":\"a\"}", "{\"model\":1}")]
    [InlineData("{ \"x\" : 1.50e0 , \"model\" : { \"deep\" : [] } , \"y\":\"\\u0041\" }", "{ \"x\" : 1.50e0 , \"model\" : 1 , \"y\":\"\\u0041\" }")]
    [InlineData("{\"model\":\"a\",\"model\":\"b\"}", "{\"model\":null,\"model\":1}")]
    [InlineData("{\"mod\\u0065l\":\"a\"}", "{\"mod\\u0065l\":1}")]
    [InlineData("{\"other\":{\"model\":\"a\"}}", "{\"other\":{\"model\":\"a\"}}")]
    [InlineData("{}", "{}")]
    [InlineData("{\"model\":\"a\"} trailing", "{\"model\":1}")]
    public void A_top_level_value_is_replaced_and_every_other_byte_kept(string json, string expected) =>
        Assert.Equal(expected, Changed(json, (bytes, output) => JsonSplice.Replace(bytes, "model"u8, "1"u8, output)));

    [Fact]
    public void The_length_of_the_object_is_told() =>
        Assert.Equal("{\"a\":1}".Length, JsonSplice.Replace("{\"a\":1} {\"b\":2}"u8, "model"u8, "1"u8, new ArrayBufferWriter<byte>()));

    [Theory]
    [InlineData("{\"a\":1,\"b\":{\"a\":2}}", "a", "1")]
    [InlineData("{\"a\":1,\"a\": [2]}", "a", "[2]")]
    [InlineData("{\"b\":1}", "a", "")]
    public void A_top_level_value_is_found_the_last_of_several(string json, string name, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(JsonSplice.Find(Encoding.UTF8.GetBytes(json), Encoding.UTF8.GetBytes(name))));

    [Fact]
    public void What_is_not_JSON_is_an_exception() =>
        Assert.ThrowsAny<JsonException>(() => JsonSplice.Replace("{\"a\":"u8, "model"u8, "1"u8, new ArrayBufferWriter<byte>()));
}
