using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Ollama;

/// <summary>Reads <c>options</c> of Ollama's requests (specs/ollama.md 2.0, 5.1). Options that no provider has are reported as lost.</summary>
internal static class OllamaOptions
{
    public static readonly string[] ReadNames =
    [
        "temperature", "top_p", "top_k", "min_p", "repeat_penalty", "presence_penalty", "frequency_penalty", "seed", "num_predict", "stop", "format",
    ];

    /// <exception cref="GatewayException">An option has the wrong type. The message is Ollama's own.</exception>
    public static Sampling Read(RequestObject options, Sampling sampling) => sampling with
    {
        Temperature = Float(options, "temperature"),
        TopP = Float(options, "top_p"),
        // Zero and below mean "off".
        TopK = Int32(options, "top_k") is > 0 and var topK ? topK : null,
        MinP = Float(options, "min_p") is > 0 and var minP ? minP : null,
        RepeatPenalty = Float(options, "repeat_penalty"),
        PresencePenalty = Float(options, "presence_penalty"),
        FrequencyPenalty = Float(options, "frequency_penalty"),
        Seed = Integer(options, "seed") is >= 0 and var seed ? seed : null,
        MaxOutputTokens = Int32(options, "num_predict") is >= 0 and var limit ? Math.Max(1, limit) : null,
        Stop = ReadStop(options),
    };

    /// <summary>Some clients put the format here (specs/ollama.md 5.1). Any other value is ignored like an unknown option.</summary>
    public static OutputFormat? ReadFormat(RequestObject options) => options.Find("format") switch
    {
        { ValueKind: JsonValueKind.String } word when JsonText.ReadString(word) == "json" => new OutputFormat(OutputFormatKind.JsonObject),
        { ValueKind: JsonValueKind.Object } schema => new OutputFormat(OutputFormatKind.JsonSchema, schema.GetRawText(), "schema", Strict: true) { Field = "format" },
        _ => null,
    };

    private static double? Float(RequestObject options, string name) =>
        Of(options, name, JsonValueKind.Number, "type float32") is null ? null : options.Number(name);

    private static long? Integer(RequestObject options, string name) =>
        Of(options, name, JsonValueKind.Number, "type integer") is null ? null : options.Integer(name);

    private static int? Int32(RequestObject options, string name) =>
        Of(options, name, JsonValueKind.Number, "type integer") is null ? null : options.Int32(name);

    private static string[] ReadStop(RequestObject options)
    {
        if (options.Find("stop") is { ValueKind: JsonValueKind.String } single)
            return RequestLimits.CheckStop([JsonText.ReadString(single)], options.FieldPath("stop"));
        if (Of(options, "stop", JsonValueKind.Array, "type array") is not { } list)
            return [];
        return list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? RequestLimits.CheckStop([.. options.Strings("stop")], options.FieldPath("stop"))
            : throw WrongType(options, "stop", "an array of strings");
    }

    private static JsonElement? Of(RequestObject options, string name, JsonValueKind kind, string type)
    {
        var value = options.Find(name);
        return value is null || value.Value.ValueKind == kind ? value : throw WrongType(options, name, type);
    }

    private static GatewayException WrongType(RequestObject options, string name, string type) =>
        GatewayException.Invalid(options.FieldPath(name), FixedText.WrongOption(name, type));
}
