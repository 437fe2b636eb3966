using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Embeddings;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Gemini;

/// <summary>A request to <c>embedContent</c>, or one of those in <c>batchEmbedContents</c> (<c>specs/dialects.md 4.1</c>).</summary>
internal sealed record EmbedRequest(string Text, int Dimensions)
{
    private const int NativeDimensions = 3072;
    private const int MostRequests = 100;

    private static readonly string[] TaskTypes =
    [
        "TASK_TYPE_UNSPECIFIED", "RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY", "CLASSIFICATION", "CLUSTERING",
        "QUESTION_ANSWERING", "FACT_VERIFICATION", "CODE_RETRIEVAL_QUERY",
    ];

    /// <exception cref="RefusalException">A member is wrong.</exception>
    /// <exception cref="ApiException">400: the request is not valid.</exception>
    public static EmbedRequest Read(JsonElement root)
    {
        var body = new FieldReader(root, []) { TakesSnakeCase = true };
        var request = Read(body, "EmbedContentRequest");
        body.ThrowIfWrong();
        return request;
    }

    /// <exception cref="RefusalException">A member is wrong.</exception>
    /// <exception cref="ApiException">400: the request is not valid.</exception>
    public static List<EmbedRequest> ReadBatch(JsonElement root, string model)
    {
        var body = new FieldReader(root, []) { TakesSnakeCase = true };
        var items = body.Items("requests", required: true) ?? [];
        if (items.Length is 0 or > MostRequests)
            throw new ApiException(GeminiError.Invalid($"* BatchEmbedContentsRequest.requests: at least 1 and at most {MostRequests} requests can be in one batch"));
        var requests = new List<EmbedRequest>();
        for (var index = 0; index < items.Length; index++)
        {
            if (body.Item("requests", index, items[index]) is not { } item)
                continue;
            if (item.Text("model", required: true) is { } named && named != $"models/{model}")
                throw new ApiException(GeminiError.Invalid($"* BatchEmbedContentsRequest.requests[{index}].model: must match the model of the path, models/{model}."));
            requests.Add(Read(item, $"BatchEmbedContentsRequest.requests[{index}]"));
        }

        body.RejectOthers();
        body.ThrowIfWrong();
        return requests;
    }

    /// <summary>Writes the vector, which has length 1 only at its native size.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("values"u8);
        foreach (var value in EmbeddingVector.Of(Text, NativeDimensions).AsSpan(0, Dimensions))
            json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static EmbedRequest Read(FieldReader body, string place)
    {
        var text = body.Object("content", required: true) is { } content ? ContentReader.ReadOne(content, "content").Text.ToString() : "";
        body.OneOf("taskType", TaskTypes, nullable: true);
        body.Text("title", nullable: true);
        var dimensions = body.Integer("outputDimensionality", 1, NativeDimensions) ?? NativeDimensions;
        body.Ignore("model");
        body.RejectOthers();
        if (text.Length == 0 && body.Errors.Count == 0)
            throw new ApiException(GeminiError.Invalid($"* {place}.content: content is empty"));
        return new(text, dimensions);
    }
}
