using System.Text;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>Keyword by keyword, a valid and an invalid value, in the manner of the JSON Schema Test Suite.</summary>
public class AnswerSchemaKeywordTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "1e2", "\"1\"")]
    [InlineData("""{"type":"number"}""", "1.5", "true")]
    [InlineData("""{"type":"string"}""", "\"\"", "null")]
    [InlineData("""{"type":"boolean"}""", "false", "0")]
    [InlineData("""{"type":"null"}""", "null", "false")]
    [InlineData("""{"type":"object"}""", "{}", "[]")]
    [InlineData("""{"type":"array"}""", "[]", "{}")]
    [InlineData("""{"enum":[null,[],{"a":1}]}""", """{"a":1.0}""", """{"a":1,"b":1}""")]
    [InlineData("""{"enum":[false]}""", "false", "0")]
    [InlineData("""{"const":0}""", "0.0", "false")]
    [InlineData("""{"const":[]}""", "[]", "{}")]
    [InlineData("""{"const":null}""", "null", "\"null\"")]
    [InlineData("""{"minimum":-2}""", "-2.0", "-2.0001")]
    [InlineData("""{"maximum":300}""", "300.00", "300.5")]
    [InlineData("""{"exclusiveMaximum":3.0}""", "2.2", "3.0")]
    [InlineData("""{"multipleOf":1.5}""", "4.5", "35")]
    [InlineData("""{"multipleOf":0.0001}""", "0.0075", "0.00751")]
    [InlineData("""{"minLength":2}""", "\"👋👋\"", "\"👋\"")]
    [InlineData("""{"maxLength":0}""", "\"\"", "\"a\"")]
    [InlineData("""{"minLength":2.0}""", "1", "\"a\"")]
    [InlineData("""{"pattern":"b"}""", "\"abc\"", "\"ac\"")]
    [InlineData("""{"pattern":"^\\d{3}$"}""", "\"123\"", "\"12\"")]
    [InlineData("""{"pattern":"a"}""", "{}", "\"b\"")]
    [InlineData("""{"minItems":1}""", "\"\"", "[]")]
    [InlineData("""{"maxItems":1}""", "[1]", "[1,2]")]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1},{"a":2}]""", """[{"a":1,"b":2},{"b":2,"a":1}]""")]
    [InlineData("""{"uniqueItems":true}""", "[1,true,\"1\"]", "[[1],[1]]")]
    [InlineData("""{"items":false}""", "[]", "[1]")]
    [InlineData("""{"items":true}""", "[1,\"a\"]", "invalid")]
    [InlineData("""{"items":[{"type":"integer"}],"additionalItems":{"type":"string"}}""", "[1,\"a\"]", "[1,2]")]
    [InlineData("""{"items":[{"type":"integer"}]}""", "[1,\"a\"]", "[\"a\"]")]
    [InlineData("""{"prefixItems":[{},{"type":"string"}]}""", "[1]", "[1,2]")]
    [InlineData("""{"prefixItems":[true,false]}""", "[1]", "[1,1]")]
    [InlineData("""{"contains":{"minimum":5}}""", "[3,5]", "[]")]
    [InlineData("""{"contains":true,"minContains":2}""", "[1,1]", "[1]")]
    [InlineData("""{"contains":{"const":1},"maxContains":1}""", "[1,2]", "[1,1]")]
    [InlineData("""{"contains":{"const":1},"minContains":0,"maxContains":1}""", "[]", "[1,1]")]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """{"b":"x"}""", """{"a":"x"}""")]
    [InlineData("""{"properties":{"a":false}}""", "{}", """{"a":1}""")]
    [InlineData("""{"properties":{"a/b~c":{"type":"integer"}}}""", """{"a/b~c":1}""", """{"a/b~c":"x"}""")]
    [InlineData("""{"required":["__proto__","toString"]}""", """{"__proto__":1,"toString":1}""", """{"toString":1}""")]
    [InlineData("""{"required":["a"]}""", "[]", """{"A":1}""")]
    [InlineData("""{"minProperties":1}""", "[]", "{}")]
    [InlineData("""{"maxProperties":0}""", "{}", """{"a":1}""")]
    [InlineData("""{"additionalProperties":{"type":"boolean"}}""", """{"a":true}""", """{"a":1}""")]
    [InlineData("""{"patternProperties":{"f.*o":{"type":"integer"}},"additionalProperties":false}""", """{"foo":1}""", """{"bar":1}""")]
    [InlineData("""{"patternProperties":{"a*":{"type":"integer"},"aaa*":{"maximum":20}}}""", """{"aaaa":18}""", """{"aaaa":31}""")]
    [InlineData("""{"patternProperties":{"^.$":false}}""", """{"ab":1}""", """{"a":1}""")]
    [InlineData("""{"properties":{"a":{"maximum":9}},"patternProperties":{"a":{"minimum":3}}}""", """{"a":3}""", """{"a":2}""")]
    [InlineData("""{"propertyNames":{"pattern":"^a+$"}}""", """{"aa":1}""", """{"aA":1}""")]
    [InlineData("""{"propertyNames":false}""", "{}", """{"a":1}""")]
    [InlineData("""{"dependentRequired":{"a":["b","c"]}}""", """{"a":1,"b":1,"c":1}""", """{"a":1,"b":1}""")]
    [InlineData("""{"dependentSchemas":{"a":{"properties":{"b":{"type":"integer"}}}}}""", """{"b":"x"}""", """{"a":1,"b":"x"}""")]
    [InlineData("""{"dependentSchemas":{"a":false}}""", """{"b":1}""", """{"a":1}""")]
    [InlineData("""{"dependencies":{"a":["b"]}}""", """{"a":1,"b":1}""", """{"a":1}""")]
    [InlineData("""{"dependencies":{"a":{"required":["b"]},"c":["d"]}}""", """{"b":1}""", """{"a":1}""")]
    [InlineData("""{"dependencies":{"a":{"$ref":"#/dependencies/b"},"b":{"maxProperties":1}}}""", """{"a":1}""", """{"a":1,"c":1}""")]
    [InlineData("""{"allOf":[{"required":["a"]},{"required":["b"]}]}""", """{"a":1,"b":1}""", """{"a":1}""")]
    [InlineData("""{"allOf":[true,{"multipleOf":2}],"anyOf":[{"multipleOf":3}],"oneOf":[{"multipleOf":5}]}""", "30", "6")]
    [InlineData("""{"anyOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"required":["b"]}]}""", """{"a":"x","b":1}""", """{"a":"x"}""")]
    [InlineData("""{"oneOf":[{"required":["a"]},{"required":["b"]}]}""", """{"b":1}""", """{"a":1,"b":1}""")]
    [InlineData("""{"oneOf":[true,false,false]}""", "1", "invalid")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"minimum":2}]}""", "2.5", "1.5")]
    [InlineData("""{"not":{"properties":{"a":{"type":"string"}},"required":["a"]}}""", """{"a":1}""", """{"a":"x"}""")]
    [InlineData("""{"not":{"not":{"type":"null"}}}""", "null", "1")]
    [InlineData("""{"if":{"exclusiveMaximum":0},"then":{"minimum":-10},"else":{"multipleOf":2}}""", "4", "3")]
    [InlineData("""{"if":{"exclusiveMaximum":0},"then":{"minimum":-10}}""", "3", "-100")]
    [InlineData("""{"if":true,"else":false,"then":{"const":1}}""", "1", "2")]
    [InlineData("""{"then":{"const":0},"type":"integer"}""", "1", "\"a\"")]
    [InlineData("""{"$ref":"#/definitions/a","definitions":{"a":{"maximum":3}},"minimum":1}""", "2", "0")]
    [InlineData("""{"$ref":"#/$defs/a%25b","$defs":{"a%b":{"type":"integer"}}}""", "1", "\"x\"")]
    [InlineData("""{"properties":{"v":{"type":"number"},"next":{"$ref":"#"}},"required":["v"]}""", """{"v":1,"next":{"v":2}}""", """{"v":1,"next":{}}""")]
    [InlineData("""{"$defs":{"a":{"$id":"urn:a","type":"integer"}},"$ref":"urn:a"}""", "1", "\"x\"")]
    [InlineData("""{"unevaluatedProperties":false}""", "{}", """{"a":1}""")]
    [InlineData("""{"properties":{"a":{}},"unevaluatedProperties":{"type":"string"}}""", """{"a":1,"b":"x"}""", """{"a":1,"b":1}""")]
    [InlineData("""{"allOf":[{"properties":{"b":{}}}],"properties":{"a":{}},"unevaluatedProperties":false}""", """{"a":1,"b":1}""", """{"a":1,"b":1,"c":1}""")]
    [InlineData("""{"anyOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":{"const":1}},"required":["b"]}],"unevaluatedProperties":false}""", """{"a":1,"b":1}""", """{"a":1,"b":2}""")]
    [InlineData("""{"not":{"not":{"properties":{"a":{}}}},"unevaluatedProperties":false}""", "{}", """{"a":1}""")]
    [InlineData("""{"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"properties":{"b":{}}},"unevaluatedProperties":false}""", """{"a":1,"b":1}""", """{"b":1}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"patternProperties":{"^x":{}}}},"unevaluatedProperties":false}""", """{"x1":1}""", """{"y":1}""")]
    [InlineData("""{"dependentSchemas":{"a":{"properties":{"b":{}}}},"properties":{"a":{}},"unevaluatedProperties":false}""", """{"a":1,"b":1}""", """{"b":1}""")]
    [InlineData("""{"allOf":[{"additionalProperties":{"type":"integer"}}],"unevaluatedProperties":false}""", """{"a":1}""", """{"a":"x"}""")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"unevaluatedItems":false}""", "[\"a\"]", "[\"a\",1]")]
    [InlineData("""{"allOf":[{"prefixItems":[true,true]}],"unevaluatedItems":{"type":"string"}}""", "[1,2,\"a\"]", "[1,2,3]")]
    [InlineData("""{"contains":{"type":"string"},"unevaluatedItems":false}""", "[\"a\",\"b\"]", "[\"a\",1]")]
    [InlineData("""{"anyOf":[{"items":{"type":"string"}},{"maxItems":1}],"unevaluatedItems":false}""", "[\"a\",\"b\"]", "[1]")]
    [InlineData("""{"format":"date"}""", "\"2024-02-29\"", "\"2023-02-29\"")]
    [InlineData("""{"format":"time"}""", "\"08:30:06.28Z\"", "\"08:30:06\"")]
    [InlineData("""{"format":"email"}""", "\"a@b.example\"", "\"a.example\"")]
    [InlineData("""{"format":"ipv6"}""", "\"::1\"", "\"12345::\"")]
    [InlineData("""{"format":"uuid"}""", "\"2EB8AA08-AA98-11EA-B4AA-73B441D16380\"", "\"2eb8aa08-aa98-11ea-b4aa-73b441d1638\"")]
    [InlineData("""{"format":"uri"}""", "\"http://a.example/?q=1\"", "\"//a.example\"")]
    [InlineData("""{"format":"hostname"}""", "\"www.a.example\"", "\"a_b\"")]
    public void Judges_each_keyword(string schema, string valid, string invalid)
    {
        var parsed = AnswerSchema.Parse(schema);
        Assert.Null(parsed.FindMismatch(Encoding.UTF8.GetBytes(valid)));
        Assert.NotNull(parsed.FindMismatch(Encoding.UTF8.GetBytes(invalid)));
    }

    [Theory]
    [InlineData("""{"patternProperties":{"(?=x)":{"type":"string"}},"additionalProperties":false}""", """{"a":1}""")]
    [InlineData("""{"patternProperties":{"(?=x)":{}},"unevaluatedProperties":false}""", """{"a":1}""")]
    [InlineData("""{"anyOf":[{"properties":{"a":{}},"propertyNames":{"pattern":"(?=x)"}}],"unevaluatedProperties":false}""", """{"b":1}""")]
    [InlineData("""{"not":{"patternProperties":{"(?=x)":false}}}""", """{"a":1}""")]
    public void Leaves_a_doubt_where_a_pattern_cannot_be_read(string schema, string value) =>
        Assert.Null(AnswerSchema.Parse(schema).FindMismatch(Encoding.UTF8.GetBytes(value)));

    [Theory]
    [InlineData("1,1.0,2", false)]
    [InlineData("1e2,10,100", false)]
    [InlineData("0.10,0.1", false)]
    [InlineData("0,-0", false)]
    [InlineData("1000,1e3000000000000", true)]
    [InlineData("\"1\",1,[1],{\"1\":1}", true)]
    [InlineData("{\"a\":1,\"b\":[2]},{\"b\":[2.0],\"a\":1}", false)]
    [InlineData("[1,2],[2,1]", true)]
    [InlineData("null,false,0,\"\"", true)]
    public void Finds_equal_items_however_they_are_written(string items, bool areUnique) =>
        Assert.Equal(areUnique, AnswerSchema.Parse("""{"uniqueItems":true}""").FindMismatch(Encoding.UTF8.GetBytes($"[{items}]")) is null);

    [Fact]
    public void Compares_many_items_with_each_other()
    {
        var items = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 100_000))}]");
        Assert.Null(AnswerSchema.Parse("""{"uniqueItems":true}""").FindMismatch(items));
        Assert.NotNull(AnswerSchema.Parse("""{"not":{"uniqueItems":true}}""").FindMismatch(items));
    }
}
