using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Embeddings;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Mistral;

/// <summary>A request to <c>POST /v1/embeddings</c> (<c>specs/dialects.md 4.1</c>).</summary>
internal sealed record EmbeddingRequest(
    string RequestedModel, EmulatedBehavior Behavior, string[] Inputs, int Dimensions, string DataType, bool AsBase64)
{
    private const int MostTokensPerInput = 8192;
    private const int MostTokens = 131072;

    private static readonly string[] DataTypes = ["float", "int8", "uint8", "binary", "ubinary"];
    private static readonly string[] Encodings = ["float", "base64"];

    public required int PromptTokens { get; init; }

    /// <exception cref="ApiException">422: the schema is violated. 400: the model is wrong or there are too many tokens.</exception>
    public static EmbeddingRequest Read(JsonElement root, string? behaviorHeader)
    {
        var body = new FieldReader(root, [], "body");
        var name = body.Text("model", required: true);
        var inputs = body.TextOrTexts("input", required: true);
        var dimensions = body.Integer("output_dimension", 1, EmbeddingVector.Dimensions) ?? EmbeddingVector.Dimensions;
        var dataType = body.OneOf("output_dtype", DataTypes) ?? "float";
        var encoding = body.OneOf("encoding_format", Encodings) ?? "float";
        body.Object("metadata", nullable: true);
        body.RejectOthers();
        if (inputs is { Length: 0 })
            body.Add("too_short", body.At("input"), "List should have at least 1 item after validation, not 0", root.GetProperty("input"));
        body.ThrowIfWrong();
        if (!ModelCatalog.Find(name!).Embeds)
            throw new ApiException(MistralError.InvalidModel(name!));
        if (dataType is "binary" or "ubinary" && dimensions % 8 != 0)
            throw new ApiException(MistralError.BadRequest($"output_dimension has to be a multiple of 8 for output_dtype {dataType}."));

        return new(name!, EmulatedBehavior.FromModelName(name!).WithHeader(behaviorHeader), inputs!, dimensions, dataType, encoding == "base64")
        {
            PromptTokens = CountTokens(inputs!),
        };
    }

    private static int CountTokens(string[] inputs)
    {
        var total = 0;
        for (var index = 0; index < inputs.Length; index++)
        {
            if (inputs[index].Length == 0)
                throw TooMuch($"Input id {index} is empty.");
            var tokens = Tokenizer.Count(inputs[index]);
            if (tokens > MostTokensPerInput)
                throw TooMuch($"Input id {index} has {tokens} tokens, exceeding max {MostTokensPerInput} tokens.");
            total += tokens;
            if (total > MostTokens)
                throw TooMuch($"Too many tokens overall: at most {MostTokens} in one request, split into more batches.");
        }

        return total;
    }

    private static ApiException TooMuch(string message) =>
        new(new MistralError(400, message) { Type = "invalid_request_prompt", Code = "3210" });
}
