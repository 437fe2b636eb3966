using System.Text;
using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>Each case names answers that the client's schema allows, which the sanitized schema must allow as well.</summary>
public class SchemaSanitizerRuleTests
{
    private static readonly Dictionary<string, SchemaRules> Rules = new()
    {
        ["openai"] = SchemaRules.OpenAIStrict,
        ["anthropic"] = SchemaRules.AnthropicNative,
        ["gemini"] = SchemaRules.GeminiJsonSchema,
    };

    [Theory]
    [InlineData("openai", """{"type":"object","properties":{"v":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}},"required":["v"]}""", """{"v":{"a":"x","b":null}}""", """{"v":{"a":null,"b":null}}""")]
    [InlineData("anthropic", """{"type":"object","properties":{"v":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}}}""", """{"v":{"a":"x","b":"y"}}""", """{"v":{}}""")]
    [InlineData("anthropic", """{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]},{"properties":{"b":{"type":"integer"}},"required":["b"]}]}""", """{"b":1}""", """{"c":1}""")]
    [InlineData("openai", """{"type":"object","properties":{"a":{"allOf":[{"type":"number","minimum":1},{"type":"integer","minimum":3}]}},"required":["a"]}""", """{"a":3}""", """{"a":2}""")]
    [InlineData("anthropic", """{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"},"minItems":3}}}""", """{"a":["x","y","z"]}""", """{"a":[]}""")]
    [InlineData("anthropic", """{"type":"object","properties":{"a":false,"b":{"type":"null"}}}""", """{"b":null}""", """{"a":1}""")]
    [InlineData("anthropic", """{"type":"object","properties":{"a":{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}}}""", """{"a":["x",1]}""", """{"a":[true]}""")]
    public void Allows_what_the_client_allows(string rules, string schema, string allowed, string forbidden)
    {
        var sanitized = SchemaSanitizer.Sanitize(schema, Rules[rules], "schema");
        Assert.Null(sanitized.Unsupported);
        var judge = AnswerSchema.Parse(sanitized.Json);
        Assert.Null(judge.FindMismatch(Encoding.UTF8.GetBytes(allowed)));
        Assert.NotNull(judge.FindMismatch(Encoding.UTF8.GetBytes(forbidden)));
        Assert.Equal(sanitized.Json, SchemaSanitizer.Sanitize(sanitized.Json, Rules[rules], "schema").Json);
    }

    [Fact]
    public void Tells_of_parts_that_cannot_be_put_together()
    {
        var sanitized = SchemaSanitizer.Sanitize("""{"type":"object","properties":{"a":{"allOf":[{"type":"string","pattern":"^a"},{"pattern":"b$"}]}},"required":["a"]}""", SchemaRules.OpenAIStrict, "schema");
        Assert.Equal("""{"type":"object","properties":{"a":{"type":"string","pattern":"^a","description":"allOf: [{\"pattern\":\"b$\"}]"}},"required":["a"],"additionalProperties":false}""", sanitized.Json);
        Assert.Equal(["allOf"], sanitized.Removed);
        Assert.True(sanitized.ChangesValidity);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"type":"array"}""")]
    public void A_value_of_any_type_is_unsupported(string schema)
    {
        var whole = "{\"type\":\"object\",\"properties\":{\"a\":" + schema + "}}";
        Assert.NotNull(SchemaSanitizer.Sanitize(whole, SchemaRules.OpenAIStrict, "schema").Unsupported);
        Assert.NotNull(SchemaSanitizer.Sanitize(whole, SchemaRules.AnthropicNative, "schema").Unsupported);
    }

    [Fact]
    public void Lets_Gemini_recur_through_optional_properties_only()
    {
        var sanitized = SchemaSanitizer.Sanitize("""{"type":"object","properties":{"n":{"type":"array","items":{"$ref":"#"}}},"required":["n"]}""", SchemaRules.GeminiJsonSchema, "schema");
        Assert.Contains("\"required\":[]", sanitized.Json);
        Assert.True(sanitized.ChangesValidity);
        Assert.Null(sanitized.Unsupported);
    }

    [Fact]
    public void Tells_a_reference_from_a_recursion() =>
        Assert.Null(SchemaSanitizer.Sanitize("""{"type":"object","properties":{"a":{"$ref":"#/$defs/A"},"b":{"$ref":"#/$defs/A"}},"$defs":{"A":{"type":"string"},"B":{"$ref":"#"}}}""", SchemaRules.AnthropicNative, "schema").Unsupported);

    [Fact]
    public void Bounds_a_description_that_is_written_out_again_and_again()
    {
        var written = Schema(",\"pattern\":\"x\"");
        Assert.Equal(400, Assert.Throws<GatewayException>(() => SchemaSanitizer.Sanitize(written, SchemaRules.OpenAIStrict, "schema")).Error.Status);
        Assert.True(SchemaSanitizer.Sanitize(Schema(""), SchemaRules.OpenAIStrict, "schema").Json.Length < 50_000);

        // Keywords beside a reference are merged with the definition that it points to.
        static string Schema(string beside)
        {
            var properties = string.Join(',', Enumerable.Range(0, 100).Select(index => $"\"p{index}\":{{\"$ref\":\"#/$defs/A\"{beside}}}"));
            return "{\"type\":\"object\",\"properties\":{" + properties + "},\"$defs\":{\"A\":{\"type\":\"string\",\"description\":\"" + new string('x', 20_000) + "\"}}}";
        }
    }

    [Fact]
    public void Refuses_more_levels_than_OpenAI_takes()
    {
        Assert.Null(SchemaSanitizer.Sanitize(Nested(10), SchemaRules.OpenAIStrict, "schema").Unsupported);
        Assert.NotNull(SchemaSanitizer.Sanitize(Nested(11), SchemaRules.OpenAIStrict, "schema").Unsupported);

        static string Nested(int levels) => Enumerable.Range(0, levels).Aggregate("""{"type":"string"}""", (inner, _) => $$"""{"type":"object","properties":{"a":{{inner}}},"required":["a"]}""");
    }
}
