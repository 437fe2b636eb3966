using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Conversation;
using Dragoman.Schemas;
using FsCheck;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>
/// Our judge and an independent one, JsonSchema.Net 8.0.5. What ours rejects the other rejects too, so that no good answer is
/// rejected. What ours accepts the other accepts too, except where ours does not judge and where the other is wrong. Both
/// exceptions are listed here, and the tests show that each entry is needed.
/// </summary>
public class AnswerSchemaDifferentialTests
{
    private static readonly int Cases = Generated.Cases(2500);

    private static readonly string Draft7 = $"\"$schema\":\"{ClientSchemas.Draft7}\"";

    /// <summary>The reason why ours does not judge, a case that it lets pass, and the nearest case that it judges.</summary>
    public static TheoryData<string, string, string, string, string> NotJudged { get; } = new()
    {
        { "no linear-time engine has look-around", """{"pattern":"^(?=a)"}""", "\"b\"", """{"pattern":"^(?:a)"}""", "\"b\"" },
        { "no linear-time engine has back references", """{"pattern":"^(a)\\1"}""", "\"ab\"", """{"pattern":"^(a)a"}""", "\"ab\"" },
        { "the engine's word boundaries know all alphabets", """{"pattern":"^\\b"}""", "\"é\"", """{"pattern":"^\\b"}""", "\"-\"" },
        { "the engine has no categories for surrogate pairs", """{"pattern":"^\\p{Lu}"}""", "\"👋\"", """{"pattern":"^\\p{Lu}"}""", "\"é\"" },
        { "a long pattern costs memory", Pattern(SchemaPatterns.Longest + 1), "\"b\"", Pattern(SchemaPatterns.Longest), "\"b\"" },
        { "division is exact up to 28 digits", """{"multipleOf":1e28}""", "5", """{"multipleOf":1e27}""", "5" },
        { "only the common formats are known", """{"format":"json-pointer"}""", "\"a\"", """{"format":"date"}""", "\"a\"" },
        { "of an address any two parts will do", """{"format":"email"}""", "\"a@.b\"", """{"format":"email"}""", "\"@.b\"" },
        { "what a name in Punycode says is not decoded", """{"format":"hostname"}""", "\"xn--a\"", """{"format":"hostname"}""", "\"xn-\"" },
    };

    /// <summary>The mistake of the other judge, the case, and the verdict that the specification requires.</summary>
    public static TheoryData<string, string, string, bool> FaultsOfTheOther { get; } = new()
    {
        { "counts what is seen as one character, not code points (6.3.2)", """{"minLength":2}""", "\"e\\u0301\"", true },
        { "forgets evaluated names that a JSON pointer escapes (11.3)", """{"properties":{"a/b":{}},"unevaluatedProperties":false}""", """{"a/b":1}""", true },
        { "the same in a schema for dependent names (10.2.2.4)", """{"dependentSchemas":{"a/b":{"maxProperties":0}}}""", """{"a/b":1}""", false },
        { "reads no $schema behind the keywords that need it", $$"""{"items":[{"type":"string"}],{{Draft7}}}""", "[1]", false },
        { "lets $ match before a line end (ECMA 262, 22.2.2.4)", """{"pattern":"^a$"}""", "\"a\\n\"", false },
        { "lets . match a carriage return", """{"pattern":"^.$"}""", "\"\\r\"", false },
        { "takes a surrogate pair for two characters (6.3.3)", """{"pattern":"^.$"}""", "\"👋\"", true },
        { "drops digits beyond a decimal's (6.1.1)", """{"type":"integer"}""", "12345678901234567890123456789012345.5", false },
        { "throws at a constant beyond a decimal's range", """{"const":1e400}""", "10e399", true },
        { "throws at equal items beyond a decimal's range", """{"uniqueItems":true}""", "[1e400,10e399]", false },
        { "throws at a time in the year 0 (RFC 3339, 5.6)", """{"format":"date-time"}""", "\"0000-01-01T00:00:00+01:00\"", true },
        { "throws at a URI that no server could have", """{"format":"uri"}""", "\"ht@p://a/\"", false },
        { "takes a URI's scheme for the letter of a disk (RFC 3986, 3.1)", """{"format":"uri"}""", "\"n:a\"", true },
        { "takes signs for hexadecimal digits (RFC 4122, 3)", """{"format":"uuid"}""", "\"+eb8aa08-aa98-11ea-b4aa-73b441d16380\"", false },
        { "takes a duration without numbers (RFC 3339, A)", """{"format":"duration"}""", "\"PTH\"", false },
        { "takes no quoted address (RFC 5321, 4.1.2)", """{"format":"email"}""", "\"\\\"a b\\\"@c.d\"", true },
    };

    [Fact]
    public void Agrees_by_2020_12() => Check(ClientSchemas.Of202012, ClientSchemas.Keywords);

    [Fact]
    public void Agrees_by_draft_7() => Check(ClientSchemas.OfDraft7, ["items", "additionalItems", "dependencies"]);

    [Theory]
    [MemberData(nameof(NotJudged))]
    public void Lets_pass_what_it_does_not_judge_and_nothing_beside_it(string reason, string schema, string value, string judgedSchema, string judgedValue)
    {
        Assert.True(IsRight(schema, value), reason);
        Assert.False(new SchemaLibrary(schema).Fits(value), $"{reason}: the entry is not needed");
        Assert.False(IsRight(judgedSchema, judgedValue), reason);
        Assert.False(new SchemaLibrary(judgedSchema).Fits(judgedValue), reason);
    }

    [Theory]
    [MemberData(nameof(FaultsOfTheOther))]
    public void Is_right_where_the_other_judge_errs(string fault, string schema, string value, bool isRight)
    {
        Assert.True(IsRight(schema, value) == isRight, fault);
        Assert.True(VerdictOfTheOther(schema, value) != isRight, $"{fault}: no longer");
    }

    private static void Check(Gen<(string Schema, string Value)> cases, string[] keywords)
    {
        var seen = keywords.ToDictionary(keyword => keyword, _ => (Right: 0, Wrong: 0));
        Generated.Check(cases, ClientSchemas.Shrink, Cases, one =>
        {
            if (Parse(one.Schema) is not { } ours)
                return;
            var mismatch = ours.FindMismatch(Encoding.UTF8.GetBytes(one.Value))?.ToString();
            var fits = new SchemaLibrary(one.Schema).Fits(one.Value);
            Assert.True(mismatch is null == fits, $"{one.Schema}\n{one.Value}\nours: {mismatch ?? "right"}, theirs: {(fits ? "right" : "wrong")}");
            foreach (var keyword in KeywordsOf(JsonNode.Parse(one.Schema)).Distinct().Where(seen.ContainsKey))
                seen[keyword] = (seen[keyword].Right + (fits ? 1 : 0), seen[keyword].Wrong + (fits ? 0 : 1));
        });
        Assert.All(seen, keyword => Assert.True(Math.Min(keyword.Value.Right, keyword.Value.Wrong) >= Cases / 200, $"{keyword} is tried too seldom"));
    }

    private static AnswerSchema? Parse(string schema)
    {
        try
        {
            return AnswerSchema.Parse(schema);
        }
        catch (GatewayException refusal) when (refusal.Error is { Status: 400, Field: "schema" })
        {
            // No finite value matches this schema, so a request with it is rejected before there is an answer.
            return null;
        }
    }

    private static bool IsRight(string schema, string value) => AnswerSchema.Parse(schema).FindMismatch(Encoding.UTF8.GetBytes(value)) is null;

    /// <summary>The other judge's verdict. Null when it throws.</summary>
    private static bool? VerdictOfTheOther(string schema, string value)
    {
        try
        {
            return new SchemaLibrary(schema).Fits(value);
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException || failure.GetType().Namespace == "Json.Schema")
        {
            return null;
        }
    }

    private static string Pattern(int length) => $$"""{"pattern":"^{{new string('a', length - 1)}}"}""";

    private static IEnumerable<string> KeywordsOf(JsonNode? schema) => schema switch
    {
        JsonObject keywords => keywords.SelectMany(keyword => KeywordsOf(keyword.Value).Prepend(keyword.Key)),
        JsonArray list => list.SelectMany(KeywordsOf),
        _ => [],
    };
}
