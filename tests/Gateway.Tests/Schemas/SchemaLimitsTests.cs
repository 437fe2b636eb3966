using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

public class SchemaLimitsTests
{
    [Fact]
    public void Takes_5000_schemas_and_not_one_more()
    {
        SchemaCheck.RefuseUnusable(WithProperties(4999), "tools[2].function.parameters");
        var refusal = Assert.Throws<GatewayException>(() => SchemaCheck.RefuseUnusable(WithProperties(5000), "tools[2].function.parameters"));
        Assert.Equal((400, "tools[2].function.parameters"), (refusal.Error.Status, refusal.Error.Field));
        Assert.Contains("5000", refusal.Error.Message);
        Assert.Contains("/properties/p4999", refusal.Error.Message);
    }

    [Fact]
    public void Takes_64_levels_and_not_one_more()
    {
        SchemaCheck.RefuseUnusable(Nested(64), "schema");
        var refusal = Assert.Throws<GatewayException>(() => SchemaCheck.RefuseUnusable(Nested(65), "schema"));
        Assert.Equal((400, "schema"), (refusal.Error.Status, refusal.Error.Field));
        Assert.Contains("/properties/a/properties/a", refusal.Error.Message);
    }

    /// <summary>If references were replaced by their definitions, each definition would be twice as long as the next one. They must stay references.</summary>
    [Fact]
    public void Ends_a_chain_of_doubling_references_by_counting()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 40).Select(index =>
            "\"d" + index + "\":{\"type\":\"object\",\"properties\":{\"l\":{\"$ref\":\"#/$defs/d" + (index + 1) + "\"},\"r\":{\"$ref\":\"#/$defs/d" + (index + 1) + "\"}}}"));
        var schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/d0\"}},\"$defs\":{" + definitions + ",\"d40\":{\"type\":\"string\"}}}";
        var kept = SchemaSanitizer.Sanitize(schema, SchemaRules.GeminiJsonSchema, "schema");
        Assert.InRange(kept.Json.Length, 1, 2 * schema.Length);
        Assert.Null(AnswerSchema.Parse(schema).FindMismatch("{}"u8));
    }

    /// <summary>Each definition is referenced twice by the one before it.</summary>
    [Theory]
    [InlineData("allOf")]
    [InlineData("anyOf")]
    public void Asks_about_each_definition_once(string keyword)
    {
        var definitions = string.Join(',', Enumerable.Range(0, 40).Select(index =>
            $"\"d{index}\":{{\"{keyword}\":[{{\"$ref\":\"#/$defs/d{index + 1}\"}},{{\"$ref\":\"#/$defs/d{index + 1}\"}}]}}"));
        var schema = "{\"$ref\":\"#/$defs/d0\",\"$defs\":{" + definitions + ",\"d40\":{\"type\":\"object\",\"properties\":{}}}}";
        foreach (var rules in (SchemaRules[])[SchemaRules.AnthropicNative, SchemaRules.OpenAIStrict, SchemaRules.GeminiJsonSchema])
        {
            try
            {
                SchemaSanitizer.Sanitize(schema, rules, "schema");
            }
            catch (GatewayException refusal)
            {
                Assert.Equal(400, refusal.Error.Status);
            }
        }

        Assert.Null(AnswerSchema.Parse(schema).FindMismatch("{}"u8));
    }

    [Theory]
    [InlineData("""{"const":1e3000000000000}""", "1")]
    [InlineData("""{"enum":[1e3000000000000,2]}""", "3")]
    [InlineData("""{"const":1}""", "1e3000000000000")]
    [InlineData("""{"uniqueItems":true}""", "[1e3000000000000,1e3000000000000]")]
    public void Numbers_of_any_size_are_compared(string schema, string answer) =>
        Assert.NotNull(AnswerSchema.Parse(schema).FindMismatch(System.Text.Encoding.UTF8.GetBytes(answer)));

    /// <summary>
    /// The recorded streams hold Gemini's answer to such a schema as <c>parameters</c>: it does not know
    /// <c>additionalProperties</c> there. As <c>parametersJsonSchema</c> it accepts the schema.
    /// </summary>
    [Fact]
    public void Keeps_for_Gemini_what_it_refuses_in_parameters()
    {
        using var answer = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "streams", "gemini", "error-400-schema", "response.json")));
        Assert.Contains("Unknown name \"additionalProperties\"", answer.RootElement.GetProperty("error").GetProperty("message").GetString());
        const string schema = """{"type":"object","properties":{"city":{"type":"string"},"at":{"type":"object","properties":{},"additionalProperties":false}},"additionalProperties":false}""";
        var json = SchemaSanitizer.Sanitize(schema, SchemaRules.GeminiJsonSchema, "schema");
        Assert.Equal(schema, json.Json);
        Assert.False(json.ChangesValidity);
    }

    private static string WithProperties(int count) =>
        "{\"type\":\"object\",\"properties\":{" + string.Join(',', Enumerable.Range(0, count).Select(index => $"\"p{index}\":{{}}")) + "}}";

    private static string Nested(int levels) => Enumerable.Range(1, levels - 1).Aggregate("{}", (inner, _) => "{\"properties\":{\"a\":" + inner + "}}");
}
