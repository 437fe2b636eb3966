using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Schemas;

/// <summary>
/// Makes of a client's JSON Schema one that a provider takes (specs/dialects.md 2.5, P-26). It may be looser than the
/// client's, never stricter where <see cref="SanitisedSchema.Unsupported"/> is null, but that objects are closed, that a
/// schema without a type is of the type that it speaks of, and that where OpenAI wants every property, absence is null.
/// </summary>
public static class SchemaSanitizer
{
    /// <param name="schema">Raw JSON as the client sent it.</param>
    /// <param name="rules">What the provider takes.</param>
    /// <param name="field">The request member for errors, such as <c>response_format.json_schema.schema</c>.</param>
    /// <param name="work">Bounds the work for the request; null: nothing does.</param>
    /// <param name="parsed">Has what was read of the schema before.</param>
    /// <exception cref="GatewayException">The schema cannot be used, or its root cannot be told to the provider.</exception>
    public static SanitisedSchema Sanitise(string schema, SchemaRules rules, string field, WorkLimit? work = null, ParsedSchema? parsed = null)
    {
        var document = SchemaCheck.Checked(schema, field, work, parsed);
        if (rules.Keywords is null)
            return new SanitisedSchema(schema, [], false);
        var rewriter = new SchemaRewriter(document, rules);
        var root = rewriter.Document();
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            root.Write(writer);
        return new SanitisedSchema(Encoding.UTF8.GetString(output.WrittenSpan), [.. rewriter.Losses.Removed], rewriter.Losses.ChangesValidity) { Unsupported = rewriter.Losses.Unsupported };
    }
}
