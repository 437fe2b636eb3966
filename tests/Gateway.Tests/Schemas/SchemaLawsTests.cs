using System.Text.Json.Nodes;
using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>Laws that hold for every schema that is sanitized by any provider's rules, checked by two judges that share no code.</summary>
public class SchemaLawsTests
{
    private const int Instances = 10;

    private static readonly int Cases = Generated.Cases(1000);

    private static readonly Dictionary<string, SchemaRules> Rules = new()
    {
        ["openai"] = SchemaRules.OpenAIStrict,
        ["anthropic"] = SchemaRules.AnthropicNative,
        ["gemini"] = SchemaRules.GeminiJsonSchema,
        ["permissive"] = SchemaRules.Permissive,
    };

    public static TheoryData<string> Names => [.. Rules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Sanitizing_again_changes_nothing(string rules) => Check(rules, (_, _, sanitized) =>
    {
        var again = SchemaSanitizer.Sanitize(sanitized.Json, Rules[rules], "schema");
        Assert.True(sanitized.Json == again.Json, $"{sanitized.Json}\nbecomes\n{again.Json}");
    });

    /// <summary>Everything that follows reads the parsed schema, so nothing may change it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_schema_that_was_parsed_before_becomes_the_same(string rules) =>
        Check(rules, (schema, _, sanitized) =>
        {
            var parsed = new ParsedSchema();
            var text = schema.ToJsonString();
            foreach (var others in Rules.Values)
            {
                try
                {
                    SchemaSanitizer.Sanitize(text, others, "other", parsed: parsed);
                }
                catch (GatewayException)
                {
                    // For example, this provider does not accept the schema's root.
                }
            }

            Assert.NotNull(parsed.Of(text));
            var again = SchemaSanitizer.Sanitize(text, Rules[rules], "schema", parsed: parsed);
            Assert.Equal((sanitized.Json, sanitized.ChangesValidity, sanitized.Unsupported), (again.Json, again.ChangesValidity, again.Unsupported));
        });

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_never_stricter_than_the_client(string rules)
    {
        var tried = 0;
        Check(rules, (schema, random, sanitized) =>
        {
            if (sanitized.Unsupported is not null)
                return;
            var client = new SchemaJudges(schema.ToJsonString());
            var typed = Rules[rules].IsClosed ? new SchemaJudges(SchemaReading.Typed(schema).ToJsonString()) : client;
            var provider = new SchemaJudges(sanitized.Json);
            var reading = new SchemaReading(Rules[rules], sanitized.Json);
            foreach (var value in new SchemaInstances(schema, random).Some(Instances))
            {
                if (!client.Fit(value) || !typed.Fit(value) || !reading.CanBeSaid(value))
                    continue;
                tried++;
                var said = reading.Said(value);
                Assert.True(provider.Fit(said), $"{sanitized.Json}\nforbids\n{said?.ToJsonString()}\nfor\n{value?.ToJsonString()}");
            }
        });
        Assert.True(tried > Cases, $"{tried} instances are too few");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Changes_validity_only_when_it_says_so(string rules)
    {
        var tried = 0;
        Check(rules, (schema, random, sanitized) =>
        {
            if (sanitized.ChangesValidity)
                return;
            var client = new SchemaJudges(schema.ToJsonString());
            var provider = new SchemaJudges(sanitized.Json);
            foreach (var value in new SchemaInstances(JsonNode.Parse(sanitized.Json)!, random).Some(Instances).Concat(new SchemaInstances(schema, random).Some(Instances)))
            {
                if (!provider.Fit(value))
                    continue;
                tried++;
                Assert.True(client.Fit(value), $"{sanitized.Json}\nallows\n{value?.ToJsonString()}\nwhich the client does not");
            }
        });
        Assert.True(tried > Cases / 2, $"{tried} instances are too few");
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    [InlineData("gemini")]
    public void Says_only_what_the_provider_knows(string rules) => Check(rules, (_, _, sanitized) =>
    {
        var count = 0;
        var strange = SchemaReading.Strange(JsonNode.Parse(sanitized.Json), Rules[rules], "", ref count);
        Assert.True(strange is null, $"{strange} in\n{sanitized.Json}");
        Assert.InRange(count, 1, SchemaDocument.MostNodes);
    });

    /// <summary>Whether no finite document matches the schema. This may show only after its parts are merged and have a type.</summary>
    private static bool IsEndless(string schema)
    {
        try
        {
            _ = AnswerSchema.Parse(schema);
            return false;
        }
        catch (GatewayException refusal) when (refusal.Error.Message.Contains("requires itself again without end"))
        {
            return true;
        }
    }

    private static void Check(string rules, Action<JsonObject, Random, SanitizedSchema> law)
    {
        var taken = 0;
        Generated.Check(SchemaCases.WithRandom, Cases, one =>
        {
            var text = one.Schema.ToJsonString();
            SanitizedSchema sanitized;
            try
            {
                sanitized = SchemaSanitizer.Sanitize(text, Rules[rules], "schema");
                _ = AnswerSchema.Parse(Rules[rules].IsClosed ? SchemaReading.Typed(one.Schema).ToJsonString() : text);
            }
            catch (GatewayException refusal) when (refusal.Error is { Status: 400, Field: "schema" })
            {
                return;
            }

            taken++;
            try
            {
                if (IsEndless(sanitized.Json))
                    return;
                law(one.Schema, one.Random, sanitized);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{failure.Message}\nfrom\n{text}", failure);
            }
        });
        Assert.True(taken > Cases / 2, $"only {taken} schemas were taken");
    }
}
