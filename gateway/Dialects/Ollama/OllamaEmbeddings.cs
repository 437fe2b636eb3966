using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Ollama;

/// <summary><c>POST /api/embed</c> and the older <c>POST /api/embeddings</c> (specs/ollama.md 2.3, 2.4).</summary>
public static class OllamaEmbeddings
{
    /// <exception cref="GatewayException">The request is malformed.</exception>
    public static EmbeddingRequest ReadEmbed(JsonElement body, WorkLimit? work = null)
    {
        var request = RequestObject.OfBody(body, ignoreCase: true, work);
        return new EmbeddingRequest(
            request.String("model") ?? "",
            ReadInputs(request),
            request.Int32("dimensions") is > 0 and var dimensions ? dimensions : null)
        {
            KeepAlive = KeepAlive.Read(request),
            TooLongText = request.Bool("truncate") ?? true ? TooLongText.Cut : TooLongText.Refused,
            TakesCutVectors = true,
            Unread = FindUnread(request, "input", "truncate", "dimensions"),
        };
    }

    /// <exception cref="GatewayException">The request is malformed.</exception>
    public static EmbeddingRequest ReadEmbeddings(JsonElement body, WorkLimit? work = null)
    {
        var request = RequestObject.OfBody(body, ignoreCase: true, work);
        var model = request.String("model");
        if (string.IsNullOrEmpty(model))
            throw GatewayException.Invalid("model", FixedText.ModelRequired);
        var prompt = request.String("prompt") ?? "";
        return new EmbeddingRequest(model, prompt.Length == 0 ? [] : [prompt], null)
        {
            TooLongText = TooLongText.Cut,
            KeepAlive = KeepAlive.Read(request),
            Unread = FindUnread(request, "prompt"),
        };
    }

    public static void WriteEmbed(EmbeddingRequest request, EmbeddingAnswer answer, TimeSpan total, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("model"u8, request.Model);
        writer.WriteStartArray("embeddings"u8);
        foreach (var vector in answer.Vectors)
            WriteVector(writer, Normalize(vector, request.Dimensions));
        writer.WriteEndArray();
        if (answer.Vectors.Count > 0)
        {
            writer.WriteNumber("total_duration"u8, Math.Max(1, (long)total.TotalNanoseconds));
            writer.WriteNumber("load_duration"u8, 1);
            writer.WriteNumber("prompt_eval_count"u8, Math.Max(1, answer.Usage.InputTotal));
        }

        writer.WriteEndObject();
    }

    public static void WriteEmbeddings(EmbeddingAnswer answer, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WritePropertyName("embedding"u8);
        WriteVector(writer, answer.Vectors.Count > 0 ? answer.Vectors[0] : []);
        writer.WriteEndObject();
    }

    /// <summary>Truncates to the requested number of dimensions, if the provider did not, and scales to length 1.</summary>
    internal static float[] Normalize(float[] vector, int? dimensions)
    {
        var wanted = dimensions is { } length && length < vector.Length ? vector[..length] : vector;
        var norm = Math.Sqrt(wanted.Sum(value => (double)value * value));
        return norm is 0 or 1 ? wanted : Array.ConvertAll(wanted, value => (float)(value / norm));
    }

    private static IReadOnlyList<string> FindUnread(RequestObject request, params ReadOnlySpan<string> read)
    {
        var unread = new UnreadMembers();
        unread.Note(request, "", ["model", "keep_alive", "options", .. read]);
        if (request.Object("options") is { } options)
            unread.Note(options, "options");
        return unread.Found;
    }

    private static void WriteVector(Utf8JsonWriter writer, float[] vector)
    {
        writer.WriteStartArray();
        foreach (var value in vector)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private static string[] ReadInputs(RequestObject request) => request.Find("input") switch
    {
        null or { ValueKind: JsonValueKind.String } when request.String("input") is null or "" => [],
        { ValueKind: JsonValueKind.String } text => [JsonText.ReadString(text)],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => RequestLimits.Check([.. request.Strings("input")], RequestLimits.MostInputs, "input"),
        _ => throw GatewayException.Invalid("input", FixedText.InvalidInputType),
    };
}
