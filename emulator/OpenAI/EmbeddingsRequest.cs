using System.Buffers.Binary;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Embeddings;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI;

/// <summary>A request to <c>embeddings</c> (<c>specs/dialects.md 4.1</c>).</summary>
internal sealed record EmbeddingsRequest(OpenAIModel Model, EmulatedBehavior Behavior, IReadOnlyList<(string Text, int Tokens)> Inputs, int Dimensions, bool AsBase64)
{
    private const int MostInputs = 2048;
    private const int MostTokensPerInput = 8192;
    private const int DefaultDimensions = 1536;

    private static readonly string[] Encodings = ["float", "base64"];

    /// <exception cref="RefusalException">A member is wrong.</exception>
    /// <exception cref="ApiException">400: the request is not valid. 404: there is no such model.</exception>
    public static EmbeddingsRequest Read(JsonElement root, OpenAIVariant variant, string? deployment, string? behaviorHeader)
    {
        var body = new FieldReader(root, []) { PassesOthersOver = variant.IsTolerant };
        var name = deployment ?? body.Text("model", required: true) ?? "";
        body.Ignore("model");
        var inputs = ReadInputs(body);
        var dimensions = body.Integer("dimensions", 1);
        var encoding = body.OneOf("encoding_format", Encodings, nullable: true) ?? "float";
        body.Text("user", nullable: true);
        body.RejectOthers();
        body.ThrowIfWrong();
        var model = variant.ModelOf(name);
        if (!model.Embeds && !variant.IsTolerant)
            throw new ApiException(OpenAIError.Invalid("model", $"You are not allowed to generate embeddings from this model: {model.Id}") with { Status = 403 });
        var native = model.Dimensions > 0 ? model.Dimensions : DefaultDimensions;
        if (dimensions is not null && model.Id == "text-embedding-ada-002")
            throw new ApiException(OpenAIError.Invalid("dimensions", "This model does not support specifying dimensions."));
        if (dimensions > native)
            throw new ApiException(OpenAIError.Invalid("dimensions", $"Invalid value for 'dimensions' = {dimensions}. Must be less than or equal to {native}."));
        if (inputs.Count is 0 or > MostInputs)
            throw new ApiException(OpenAIError.Invalid("input", $"Invalid 'input': expected an array with 1 to {MostInputs} items, but got {inputs.Count}."));
        foreach (var (text, tokens) in inputs)
        {
            if (tokens == 0)
                throw new ApiException(OpenAIError.Invalid("input", "Invalid 'input': input cannot be an empty string."));
            if (tokens > MostTokensPerInput)
                throw new ApiException(OpenAIError.Invalid("input", $"This model's maximum context length is {MostTokensPerInput} tokens, however you requested {tokens} tokens. Please reduce your prompt.", "context_length_exceeded"));
        }

        return new(model, EmulatedBehavior.FromModelName(name).WithHeader(behaviorHeader), inputs, dimensions ?? native, encoding == "base64");
    }

    public void WriteAnswer(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (var index = 0; index < Inputs.Count; index++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, index);
            json.WritePropertyName("embedding"u8);
            WriteVector(json, EmbeddingVector.Of(Inputs[index].Text, Dimensions));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, Model.Snapshot);
        var tokens = Inputs.Sum(input => input.Tokens);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, tokens);
        json.WriteNumber("total_tokens"u8, tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteVector(Utf8JsonWriter json, float[] vector)
    {
        if (AsBase64)
        {
            // OpenAI's clients decode little-endian 32-bit floats.
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var index = 0; index < vector.Length; index++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(index * sizeof(float)), vector[index]);
            json.WriteBase64StringValue(bytes);
            return;
        }

        json.WriteStartArray();
        foreach (var value in vector)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    /// <summary>Reads texts, or token numbers, which are used as text.</summary>
    private static List<(string Text, int Tokens)> ReadInputs(FieldReader body)
    {
        if (!body.Any("input", out var input))
        {
            body.Text("input", required: true);
            return [];
        }

        if (input.ValueKind == JsonValueKind.Array && input.GetArrayLength() > 0 && input.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number))
            return [(input.GetRawText(), input.GetArrayLength())];
        if (input.ValueKind == JsonValueKind.Array && input.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Array))
            return [.. input.EnumerateArray().Select(item => (item.GetRawText(), item.ValueKind == JsonValueKind.Array ? item.GetArrayLength() : 0))];
        return [.. (body.TextOrTexts("input", required: true) ?? []).Select(text => (text, Tokenizer.Count(text)))];
    }
}
