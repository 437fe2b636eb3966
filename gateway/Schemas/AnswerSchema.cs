using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Schemas;

/// <summary>Validates a model's answer against the client's schema (JSON Schema 2020-12, and <c>dependencies</c> of draft 7).</summary>
public sealed class AnswerSchema
{
    private const int DeepestAnswer = 256;

    private readonly SchemaDocument document;
    private readonly SchemaPatterns patterns = new();
    private readonly Dictionary<SchemaNode, SchemaFacts> facts = [];

    private AnswerSchema(SchemaDocument document) => this.document = document;

    /// <param name="schema">Raw JSON as the client sent it.</param>
    /// <param name="work">Limits the work for the request, including the validation of the answer.</param>
    /// <param name="parsed">The schema as it was parsed before; null when it was not.</param>
    /// <exception cref="GatewayException">The schema cannot be used.</exception>
    public static AnswerSchema Parse(string schema, WorkLimit? work = null, ParsedSchema? parsed = null) => new(SchemaCheck.Checked(schema, "schema", work, parsed));

    /// <summary>Describes the first mismatch, with its JSON pointer; null when the answer is valid, or would take too long to validate.</summary>
    public Wording? FindMismatch(ReadOnlySpan<byte> json)
    {
        try
        {
            var answer = JsonElement.Parse(JsonText.ReplaceLoneSurrogates(json), new JsonDocumentOptions { MaxDepth = DeepestAnswer });
            return new SchemaEvaluation(patterns, FactsOf, document.Work).Find(document.Root, answer, AnswerPlace.Root);
        }
        catch (JsonException)
        {
            return SchemaText.AnswerNotJson;
        }
    }

    private SchemaFacts FactsOf(SchemaNode node)
    {
        if (!facts.TryGetValue(node, out var known))
            facts[node] = known = new SchemaFacts(node);
        return known;
    }
}
