using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Wire;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Wire;

public class JsonMemberReplacementTests
{
    [Fact]
    public void Objects_that_begin_alike_and_others_get_the_same_value() => Generated.Check(
        Gen.Elements(
            """{"id":"a","model":"x","n":1}""",
            """{"id":"a","model":"x","n":[{"model":"inner"}]}""",
            """{"id":"a","model":"xy","n":2}""",
            """{"id":"b","model":null}""",
            """{"model":{"model":1},"id":"a"}""",
            """{"id":"a"}""",
            """{"\ud83d":1,"mod\u0065l":"x"}""",
            "{}").NonEmptyListOf(),
        300,
        objects =>
        {
            var replacement = new JsonMemberReplacement("model"u8.ToArray(), "\"m\""u8.ToArray());
            foreach (var json in objects)
            {
                var wanted = new ArrayBufferWriter<byte>();
                JsonSplice.Replace(Encoding.UTF8.GetBytes(json), "model"u8, "\"m\""u8, wanted);
                var output = new ArrayBufferWriter<byte>();
                replacement.Write(Encoding.UTF8.GetBytes(json), output);
                Assert.Equal(Encoding.UTF8.GetString(wanted.WrittenSpan), Encoding.UTF8.GetString(output.WrittenSpan));
            }
        });

    [Fact]
    public void What_is_not_JSON_is_told() => Assert.ThrowsAny<JsonException>(() =>
        new JsonMemberReplacement("model"u8.ToArray(), "1"u8.ToArray()).Write("{\"a\":"u8, new ArrayBufferWriter<byte>()));
}
