using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Fuzz;

/// <summary>
/// Schemas of clients, and answers of models that are checked against them: the input is
/// <c>{"schema": …, "answer": …}</c>. A rewritten schema is again a schema that its rules accept, and a check always ends.
/// </summary>
internal static class SchemaTargets
{
    private static readonly SchemaRules[] Rules = [SchemaRules.OpenAIStrict, SchemaRules.AnthropicNative, SchemaRules.GeminiJsonSchema, SchemaRules.Permissive];

    public static readonly IReadOnlyList<FuzzTarget> All = [new("schema", InputKind.Json, Judge)];

    private static void Judge(byte[] bytes)
    {
        // Invalid UTF-8 was already rejected.
        if (!Utf8.IsValid(bytes))
            return;
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
        }
        catch (JsonException)
        {
            return;
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("schema", out var schema))
                return;
            var text = schema.GetRawText();
            foreach (var rules in Rules)
            {
                try
                {
                    var sanitized = SchemaSanitizer.Sanitize(text, rules, "schema");
                    SchemaCheck.RefuseUnusable(sanitized.Json, "sanitized");
                }
                catch (GatewayException refusal)
                {
                    Assert.NotEmpty(refusal.Error.Message);
                    Assert.NotEqual("sanitized", refusal.Error.Field);
                }
            }

            try
            {
                var judge = AnswerSchema.Parse(text);
                var answer = document.RootElement.TryGetProperty("answer", out var given) ? Encoding.UTF8.GetBytes(given.GetRawText()) : "{}"u8.ToArray();
                var mismatch = judge.FindMismatch(answer);
                // The same check has the same result.
                Assert.Equal(mismatch, judge.FindMismatch(answer));
            }
            catch (GatewayException refusal)
            {
                Assert.NotEmpty(refusal.Error.Message);
            }
        }
    }
}
