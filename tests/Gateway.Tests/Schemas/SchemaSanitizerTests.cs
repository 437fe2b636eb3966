using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

public class SchemaSanitizerTests
{
    private static readonly Dictionary<string, SchemaRules> Rules = new()
    {
        ["openai"] = SchemaRules.OpenAIStrict,
        ["anthropic"] = SchemaRules.AnthropicNative,
        ["gemini"] = SchemaRules.GeminiJsonSchema,
        ["permissive"] = SchemaRules.Permissive,
    };

    [Theory]
    [InlineData("openai", """{"properties":{"a":{"type":"string"}}}""", """{"type":"object","properties":{"a":{"type":["string","null"]}},"required":["a"],"additionalProperties":false}""", "", true)]
    [InlineData("openai", """{"type":"object","properties":{"a":{"type":"string","minLength":3}},"required":["a"]}""", """{"type":"object","properties":{"a":{"type":"string","description":"minLength: 3"}},"required":["a"],"additionalProperties":false}""", "minLength", true)]
    [InlineData("openai", """{"type":"object","properties":{"a":{"const":1.50}},"required":["a"]}""", """{"type":"object","properties":{"a":{"type":"number","const":1.50}},"required":["a"],"additionalProperties":false}""", "", false)]
    [InlineData("openai", """{"type":"object","properties":{"a":{"oneOf":[{"type":"string"},{"type":"null"}]}}}""", """{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["a"],"additionalProperties":false}""", "", true)]
    [InlineData("openai", """{"type":"object","properties":{"n":{"$ref":"#"}}}""", """{"type":"object","properties":{"n":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["n"],"additionalProperties":false}""", "", true)]
    [InlineData("anthropic", """{"type":"object","properties":{"a":{"type":"integer","minimum":3,"description":"Age"},"b":{"type":"array","items":{"type":"string"},"minItems":2}}}""", """{"type":"object","properties":{"a":{"type":"integer","description":"Age\nminimum: 3"},"b":{"type":"array","items":{"type":"string"},"minItems":1,"description":"minItems: 2"}},"additionalProperties":false}""", "minimum,minItems", true)]
    [InlineData("gemini", """{"$schema":"x","type":"object","properties":{"a":{"const":"x"}},"additionalProperties":false}""", """{"type":"object","properties":{"a":{"enum":["x"]}},"additionalProperties":false}""", "", false)]
    [InlineData("gemini", """{"type":"array","items":{"not":{"type":"null"}}}""", """{"type":"array","items":{"description":"not: {\"type\":\"null\"}"}}""", "not", true)]
    [InlineData("permissive", """{"type": "array", "x": 1}""", """{"type": "array", "x": 1}""", "", false)]
    public void Follows_the_table(string rules, string schema, string expected, string removed, bool changes)
    {
        var sanitized = SchemaSanitizer.Sanitize(schema, Rules[rules], "schema");
        Assert.Equal(expected, sanitized.Json);
        Assert.Equal(removed, string.Join(',', sanitized.Removed));
        Assert.Equal(changes, sanitized.ChangesValidity);
        Assert.Equal(expected, SchemaSanitizer.Sanitize(expected, Rules[rules], "schema").Json);
    }

    [Fact]
    public void Tells_what_Anthropic_refuses()
    {
        Assert.NotNull(SchemaSanitizer.Sanitize("""{"type":"object","properties":{"n":{"$ref":"#"}}}""", SchemaRules.AnthropicNative, "schema").Unsupported);
        var many = string.Join(',', Enumerable.Range(0, 25).Select(index => $"\"p{index}\":{{\"type\":\"string\"}}"));
        Assert.Contains("25", SchemaSanitizer.Sanitize("{\"type\":\"object\",\"properties\":{" + many + "}}", SchemaRules.AnthropicNative, "schema").Unsupported);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$ref":"#/$defs/none"}""")]
    [InlineData("""{"$ref":"https://example.com/schema"}""")]
    [InlineData("""{"type":"object","properties":{"n":{"$ref":"#"}},"required":["n"]}""")]
    [InlineData("""{"type":"string"}""")]
    [InlineData("""{"type":"object","properties":[]}""")]
    public void Refuses_what_no_provider_can_use(string schema)
    {
        var refusal = Assert.Throws<GatewayException>(() => SchemaSanitizer.Sanitize(schema, SchemaRules.OpenAIStrict, "tools[0].parameters"));
        Assert.Equal(400, refusal.Error.Status);
        Assert.Equal("tools[0].parameters", refusal.Error.Field);
    }

    [Theory]
    [InlineData("openai", "allOf")]
    [InlineData("anthropic", "anyOf")]
    public void Refuses_a_bomb_of_references(string rules, string keyword)
    {
        var definitions = string.Join(',', Enumerable.Range(0, 30).Select(index =>
            $$"""
            "d{{index}}":{"{{keyword}}":[{"$ref":"#/$defs/d{{index + 1}}"},{"$ref":"#/$defs/d{{index + 1}}"}]}
            """));
        var schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/d0\",\"type\":\"object\"}},\"$defs\":{" + definitions + ",\"d30\":{\"type\":\"object\"}}}";
        Assert.Equal(400, Assert.Throws<GatewayException>(() => SchemaSanitizer.Sanitize(schema, Rules[rules], "schema")).Error.Status);
    }
}
