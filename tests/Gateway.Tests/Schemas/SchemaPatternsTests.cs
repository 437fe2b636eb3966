using System.Text;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

public class SchemaPatternsTests
{
    [Theory]
    [InlineData(SchemaPatterns.Longest, true)]
    [InlineData(SchemaPatterns.Longest + 1, false)]
    public void An_expression_that_is_too_long_is_not_judged(int length, bool isJudged)
    {
        var schema = AnswerSchema.Parse($$"""{"pattern":"^{{new string('a', length - 2)}}$"}""");
        Assert.Equal(isJudged, schema.FindMismatch("\"b\""u8) is not null);
    }

    [Fact]
    public void Expressions_that_are_too_long_together_are_not_judged()
    {
        var patterns = new SchemaPatterns();
        const int each = 256;
        var expressions = Enumerable.Range(0, (SchemaPatterns.MostInAll / each) + 1).Select(index => $"{index:d3}{new string('a', each - 3)}").ToList();
        Assert.All(expressions.SkipLast(1), expression => Assert.NotNull(patterns.Matches(expression, "")));
        Assert.Null(patterns.Matches(expressions[^1], ""));
        Assert.NotNull(patterns.Matches(expressions[0], ""));
    }

    [Fact]
    public void Expressions_beyond_their_number_are_not_judged()
    {
        var patterns = new SchemaPatterns();
        Assert.All(Enumerable.Range(0, SchemaPatterns.Most), index => Assert.NotNull(patterns.Matches($"^{index}$", "")));
        Assert.Null(patterns.Matches("^x$", ""));
        Assert.NotNull(patterns.Matches("^0$", ""));
    }

    /// <summary>A thousand patterns that no text is matched against cost nothing, and leave room for the one that is needed.</summary>
    [Fact]
    public void An_expression_counts_when_it_is_needed()
    {
        var properties = string.Join(',', Enumerable.Range(0, 1000).Select(index => $"\"p{index}\":{{\"pattern\":\"^{index}{new string('a', 400)}$\"}}"));
        var schema = AnswerSchema.Parse($$"""{"properties":{ {{properties}},"last":{"pattern":"^x$"} } }""");
        Assert.NotNull(schema.FindMismatch("""{"last":"y"}"""u8));
        Assert.Null(schema.FindMismatch("""{"last":"x"}"""u8));
    }

    [Theory]
    [InlineData("(?=x)")]
    [InlineData("(a)\\\\1")]
    [InlineData("(")]
    public void What_is_no_expression_of_linear_time_is_not_judged(string pattern) =>
        Assert.Null(AnswerSchema.Parse($$"""{"pattern":"{{pattern}}"}""").FindMismatch("\"b\""u8));

    /// <summary>There are more matches than the judge tries. It draws no conclusion, and the time is limited.</summary>
    [Fact]
    public void Many_patterns_times_many_names_end_by_counting()
    {
        var patterns = string.Join(',', Enumerable.Range(0, 2000).Select(index => $"\"^q{index}$\":{{\"type\":\"string\"}}"));
        var schema = AnswerSchema.Parse($$"""{"patternProperties":{ {{patterns}} } }""");
        var answer = Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, 5000).Select(index => $"\"key{index}\":1"))}}}");
        Assert.Null(schema.FindMismatch(answer));
        Assert.NotNull(schema.FindMismatch("""{"q7":1}"""u8));
    }
}
