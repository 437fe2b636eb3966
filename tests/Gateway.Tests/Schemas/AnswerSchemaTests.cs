using System.Text;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

public class AnswerSchemaTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "1.0", "1.5")]
    [InlineData("""{"type":["string","null"]}""", "null", "1")]
    [InlineData("""{"enum":[1,"a"]}""", "1.0", "\"b\"")]
    [InlineData("""{"const":{"a":[1]}}""", """{"a":[1]}""", """{"a":[2]}""")]
    [InlineData("""{"required":["a"]}""", """{"a":1}""", "{}")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"a":1}""", """{"b":1}""")]
    [InlineData("""{"patternProperties":{"^x":{"type":"string"}}}""", """{"x":"1","y":2}""", """{"x1":1}""")]
    [InlineData("""{"propertyNames":{"maxLength":2}}""", """{"ab":1}""", """{"abc":1}""")]
    [InlineData("""{"items":{"type":"string"}}""", """["a"]""", "[1]")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":false}""", """["a"]""", """["a",1]""")]
    [InlineData("""{"contains":{"type":"null"}}""", "[1,null]", "[1]")]
    [InlineData("""{"uniqueItems":true}""", "[1,2]", "[1,1.0]")]
    [InlineData("""{"multipleOf":0.01}""", "4.35", "4.355")]
    [InlineData("""{"exclusiveMinimum":3}""", "3.1", "3")]
    [InlineData("""{"maxLength":1}""", "\"👋\"", "\"ab\"")]
    [InlineData("""{"pattern":"^a+$"}""", "\"aa\"", "\"b\"")]
    [InlineData("""{"format":"date-time"}""", "\"2026-11-20T10:00:00Z\"", "\"2026-11-20\"")]
    [InlineData("""{"format":"ipv4"}""", "\"192.0.2.1\"", "\"192.0.2\"")]
    [InlineData("""{"format":"duration"}""", "\"P1DT2H\"", "\"P1D2H\"")]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":2}]}""", "2", "3")]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", "5", "4")]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":5}]}""", "2", "6")]
    [InlineData("""{"not":{"type":"string"}}""", "1", "\"a\"")]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":2}}""", "\"ab\"", "1")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"b":1}""", """{"a":1}""")]
    [InlineData("""{"properties":{"n":{"$ref":"#"}},"additionalProperties":false}""", """{"n":{"n":{}}}""", """{"n":{"m":1}}""")]
    [InlineData("""{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"null"}}}""", "null", "0")]
    [InlineData("""{"$ref":"#here","$defs":{"a":{"$anchor":"here","type":"null"}}}""", "null", "0")]
    public void Judges_as_the_specification_says(string schema, string valid, string invalid)
    {
        var parsed = AnswerSchema.Parse(schema);
        Assert.Null(parsed.FindMismatch(Encoding.UTF8.GetBytes(valid)));
        Assert.NotNull(parsed.FindMismatch(Encoding.UTF8.GetBytes(invalid)));
    }

    [Fact]
    public void Names_the_place() =>
        Assert.StartsWith("/a/1 must be of type string", AnswerSchema.Parse("""{"properties":{"a":{"items":{"type":"string"}}}}""").FindMismatch("""{"a":["x",2]}"""u8)!.ToString());

    [Theory]
    [InlineData("""{"not":{"pattern":"(?=x)"}}""")]
    [InlineData("""{"oneOf":[{"pattern":"(?=x)"},{"type":"string"}]}""")]
    [InlineData("""{"if":{"pattern":"(?=x)"},"then":false}""")]
    public void Concludes_nothing_from_what_it_cannot_judge(string schema) =>
        Assert.Null(AnswerSchema.Parse(schema).FindMismatch("\"a\""u8));
}
