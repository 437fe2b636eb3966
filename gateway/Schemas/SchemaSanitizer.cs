using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Schemas;

/// <summary>
/// Converts a client's JSON Schema to one that a provider accepts (specs/dialects.md 2.5, P-26). The result may be looser than
/// the client's. When <see cref="SanitizedSchema.Unsupported"/> is null it is stricter in three ways only: objects are closed; a
/// schema without a type gets the type that its keywords apply to; and when OpenAI requires every property, absence becomes null.
/// </summary>
public static class SchemaSanitizer
{
    /// <param name="schema">Raw JSON as the client sent it.</param>
    /// <param name="rules">The rules of the provider.</param>
    /// <param name="field">The request member for errors, such as <c>response_format.json_schema.schema</c>.</param>
    /// <param name="work">Limits the work for the request; null for no limit.</param>
    /// <param name="parsed">The schema as it was parsed before; null when it was not.</param>
    /// <exception cref="GatewayException">The schema cannot be used, or its root cannot be converted for the provider.</exception>
    public static SanitizedSchema Sanitize(string schema, SchemaRules rules, string field, WorkLimit? work = null, ParsedSchema? parsed = null)
    {
        var document = SchemaCheck.Checked(schema, field, work, parsed);
        if (rules.Keywords is null)
            return new SanitizedSchema(schema, [], false);
        var rewriter = new SchemaRewriter(document, rules);
        var root = rewriter.Document();
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            root.Write(writer);
        return new SanitizedSchema(Encoding.UTF8.GetString(output.WrittenSpan), [.. rewriter.Losses.Removed], rewriter.Losses.ChangesValidity) { Unsupported = rewriter.Losses.Unsupported };
    }
}
