using System.Text.Json;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Schemas;
using Xunit;

namespace Dragoman.Emulator.Tests.Schemas;

public sealed class SchemaInstanceTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["b"]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"enum":["x","y",3,null]},"b":{"const":{"k":[1]}}},"required":["a","b"],"additionalProperties":false}""")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":5,"maximum":7},"minItems":3,"maxItems":3,"uniqueItems":true}""")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"string"},{"type":"number"}],"items":false,"minItems":2}""")]
    [InlineData("""{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":0.01}""")]
    [InlineData("""{"type":"number","multipleOf":0.1,"minimum":0.25,"maximum":0.75}""")]
    [InlineData("""{"type":"integer","multipleOf":7,"minimum":8,"maximum":20}""")]
    [InlineData("""{"type":"integer","maximum":-5}""")]
    [InlineData("""{"type":"integer","minimum":1e18}""")]
    [InlineData("""{"type":"string","minLength":20,"maxLength":22}""")]
    [InlineData("""{"type":"string","maxLength":1}""")]
    [InlineData("""{"type":"string","pattern":"^[A-Z]{2}-\\d{4}(foo|bar)?$"}""")]
    [InlineData("""{"type":"string","pattern":"^\\w+$","minLength":2,"maxLength":3}""")]
    [InlineData("""{"type":["null","boolean"]}""")]
    [InlineData("""{"anyOf":[{"type":"string","maxLength":4},{"type":"integer"}]}""")]
    [InlineData("""{"oneOf":[{"type":"integer","minimum":0},{"type":"integer","maximum":50}]}""")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer","minimum":3}},"required":["a"]},{"properties":{"a":{"maximum":4},"b":{"type":"boolean"}},"required":["b"]}]}""")]
    [InlineData("""{"type":"integer","not":{"multipleOf":2},"minimum":0,"maximum":9}""")]
    [InlineData("""{"$defs":{"node":{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}},"$ref":"#/$defs/node"}""")]
    [InlineData("""{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}},"required":["children"]}""")]
    [InlineData("""{"definitions":{"a/b":{"type":"string","format":"date"}},"properties":{"x":{"$ref":"#/definitions/a~1b"}},"required":["x"]}""")]
    [InlineData("""{"type":"object","patternProperties":{"^x_[a-z]{3}$":{"type":"integer"}},"additionalProperties":false,"minProperties":2}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"array","items":{"type":"number"}},"minProperties":3,"maxProperties":4}""")]
    [InlineData("""{"if":{"properties":{"kind":{"const":"a"}}},"then":{"required":["size"]},"properties":{"kind":{"enum":["a","b"]},"size":{"type":"integer"}},"required":["kind"]}""")]
    [InlineData("""{"type":"array","contains":{"const":7},"items":{"type":"integer"},"minItems":2}""")]
    [InlineData("""{"type":"object","required":["undeclared"],"properties":{}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["a"],"dependentRequired":{"a":["b"],"b":["c"]}}""")]
    [InlineData("{}")]
    [InlineData("true")]
    public void An_instance_is_valid_against_its_schema(string json)
    {
        var schema = RunningEmulator.Parse(json);
        for (ulong seed = 0; seed < 50; seed++)
        {
            var text = SchemaInstance.Generate(schema, seed, JsonValueKind.Object);
            Assert.True(SchemaValidation.Accepts(schema, RunningEmulator.Parse(text)), text);
            Assert.Equal(text, SchemaInstance.Generate(schema, seed, JsonValueKind.Object));
        }
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""")]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$ref":"https://example.com/other.json"}""")]
    [InlineData("false")]
    [InlineData("""{"type":"string","pattern":"(((("}""")]
    [InlineData("""{"type":"string","pattern":"^(?=a)b(?<n>c)\\1[^\\d]{999999999}$"}""")]
    [InlineData("""{"type":"integer","minimum":5,"maximum":1}""")]
    [InlineData("""{"type":"array","minItems":999999999,"items":{"const":1}}""")]
    [InlineData("""{"type":"string","minLength":999999999}""")]
    [InlineData("""{"type":7,"enum":"x","properties":[],"required":{},"anyOf":{},"minimum":"a","items":3}""")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"integer"}]}""")]
    [InlineData("""{"enum":[]}""")]
    public void A_schema_without_instance_still_gives_json(string json)
    {
        var text = SchemaInstance.Generate(RunningEmulator.Parse(json), 1, JsonValueKind.Object);
        Assert.NotEqual(JsonValueKind.Undefined, RunningEmulator.Parse(text).ValueKind);
    }

    [Fact]
    public void A_multiple_is_one_also_to_those_who_divide_doubles()
    {
        var schema = RunningEmulator.Parse("""{"type":"number","multipleOf":0.01,"minimum":-1,"maximum":1}""");
        for (ulong seed = 0; seed < 200; seed++)
        {
            var quotient = RunningEmulator.Parse(SchemaInstance.Generate(schema, seed, JsonValueKind.Object)).GetDouble() / 0.01;
            Assert.Equal(Math.Floor(quotient), quotient);
        }
    }

    [Theory]
    [InlineData("date-time", "^2026-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$")]
    [InlineData("uuid", "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    [InlineData("email", "^[a-z]+@example\\.com$")]
    [InlineData("ipv4", "^192\\.0\\.2\\.\\d+$")]
    public void Formats_are_followed(string format, string pattern)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var text = SchemaInstance.Generate(RunningEmulator.Parse($$"""{"type":"string","format":"{{format}}"}"""), seed, JsonValueKind.Object);
            Assert.Matches(pattern, RunningEmulator.Parse(text).GetString());
        }
    }

    [Theory]
    [InlineData("^[a-f0-9]{6}$")]
    [InlineData("^(?:\\+\\d{1,3} )?\\d{3}-\\d{4}$")]
    [InlineData("^[^a-z]+x?$")]
    [InlineData("a|bc|d{2,4}")]
    [InlineData("^\\p{Lu}\\.[\\w.-]*$")]
    public void A_made_text_matches_its_pattern(string pattern)
    {
        var random = new DeterministicRandom(5);
        for (var time = 0; time < 100; time++)
            Assert.Matches(pattern, PatternText.Make(pattern, random));
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":2}]}""", "3", false)]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":2}]}""", "1", true)]
    [InlineData("""{"additionalProperties":false,"properties":{"a":{}}}""", """{"b":1}""", false)]
    [InlineData("""{"uniqueItems":true}""", "[1,1.0]", false)]
    [InlineData("""{"required":["a"]}""", "{}", false)]
    [InlineData("""{"multipleOf":0.1}""", "0.3", true)]
    [InlineData("""{"maxLength":1}""", "\"🚀\"", true)]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", false)]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"ab":1}""", false)]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":3},"else":{"const":1}}""", "2", false)]
    public void Validation_judges(string schema, string value, bool valid) =>
        Assert.Equal(valid, SchemaValidation.Accepts(RunningEmulator.Parse(schema), RunningEmulator.Parse(value)));
}
