using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

public sealed class ParsedSchemaTests
{
    private static readonly string Schema = """{"type":"object","properties":{"a":{"type":"string"}}}""";

    [Fact]
    public void A_schema_is_parsed_once_however_often_it_is_used()
    {
        var tool = new ToolDefinition("f", null, Schema);
        SchemaCheck.RefuseUnusable(Schema, "tools", parsed: tool.Parsed);
        var first = tool.Parsed.Of(Schema);
        Assert.NotNull(first);
        // A copy for another target shares the parsed schema.
        var renamed = tool with { Name = "g" };
        SchemaSanitizer.Sanitize(Schema, SchemaRules.OpenAIStrict, "other", parsed: renamed.Parsed);
        AnswerSchema.Parse(Schema, parsed: renamed.Parsed);
        Assert.Same(first, renamed.Parsed.Of(Schema));
    }

    [Fact]
    public void Errors_name_the_member_that_is_spoken_of()
    {
        const string text = """{"type":"string"}""";
        var parsed = new ParsedSchema();
        SchemaCheck.RefuseUnusable(text, "here", parsed: parsed);
        var error = Assert.Throws<GatewayException>(() => SchemaSanitizer.Sanitize(text, SchemaRules.OpenAIStrict, "there", parsed: parsed)).Error;
        Assert.Equal("there", error.Field);
        Assert.StartsWith("there must describe an object", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_text_is_read_anew_and_a_released_one_too()
    {
        var parsed = new ParsedSchema();
        SchemaCheck.RefuseUnusable(Schema, "tools", parsed: parsed);
        Assert.Null(parsed.Of("""{"type":"object"}"""));
        parsed.Release();
        Assert.Null(parsed.Of(Schema));
    }

    [Fact]
    public void What_was_parsed_is_no_part_of_a_tools_value()
    {
        var (one, other) = (new ToolDefinition("f", null, Schema), new ToolDefinition("f", null, Schema));
        SchemaCheck.RefuseUnusable(Schema, "tools", parsed: one.Parsed);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
    }
}
