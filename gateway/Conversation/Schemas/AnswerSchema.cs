using System.Text.Json;
using System.Text.RegularExpressions;
using Dragoman.Wire;

namespace Dragoman.Conversation.Schemas;

/// <summary>Judges a model's answer by the schema that the client sent (JSON Schema 2020-12, and <c>dependencies</c> of draft 7).</summary>
public sealed class AnswerSchema
{
    private const int DeepestAnswer = 256;

    private readonly SchemaNode root;
    private readonly Dictionary<string, Regex?> patterns = [];

    private AnswerSchema(SchemaDocument document)
    {
        root = document.Root;
        foreach (var node in document.Nodes)
        {
            foreach (var pattern in node.Strings("pattern").Concat(node.Map("patternProperties").Keys))
                patterns.TryAdd(pattern, SchemaPattern.Read(pattern));
        }
    }

    /// <exception cref="GatewayException">The schema cannot be used.</exception>
    public static AnswerSchema Parse(string schema) => new(SchemaCheck.Checked(schema, "schema"));

    /// <summary>Null when the answer is valid, else a short text with the JSON pointer of what is not.</summary>
    public string? FindMismatch(ReadOnlySpan<byte> json)
    {
        try
        {
            var answer = JsonElement.Parse(JsonText.ReplaceLoneSurrogates(json), new JsonDocumentOptions { MaxDepth = DeepestAnswer });
            return new SchemaEvaluation(patterns).Find(root, answer, "");
        }
        catch (JsonException)
        {
            return "the answer is not JSON";
        }
    }
}
