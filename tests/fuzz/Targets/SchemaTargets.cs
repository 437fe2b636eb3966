using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Fuzz;

/// <summary>
/// Schemas of clients, and answers of models that are judged by them: the input is <c>{"schema": …, "answer": …}</c>. What is
/// told to a provider is a schema again that every rule takes, and a judgement comes to an end.
/// </summary>
internal static class SchemaTargets
{
    private static readonly SchemaRules[] Rules = [SchemaRules.OpenAIStrict, SchemaRules.AnthropicNative, SchemaRules.GeminiJsonSchema, SchemaRules.Permissive];

    public static readonly IReadOnlyList<FuzzTarget> All = [new("schema", InputKind.Json, Judge)];

    private static void Judge(byte[] bytes)
    {
        // What is no UTF-8 has been refused before.
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
                    var sanitized = SchemaSanitizer.Sanitise(text, rules, "schema");
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
                // The same question has the same answer.
                Assert.Equal(mismatch, judge.FindMismatch(answer));
            }
            catch (GatewayException refusal)
            {
                Assert.NotEmpty(refusal.Error.Message);
            }
        }
    }
}
