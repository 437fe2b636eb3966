using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Gemini;

/// <summary>Reads <c>generationConfig</c> (<c>specs/dialects.md 1.4</c>).</summary>
internal sealed record GenerationConfig
{
    private const int MostStops = 5;
    private const int MostCandidates = 8;
    private const int LeastProBudget = 128;

    private static readonly string[] MediaTypes = ["text/plain", "application/json", "text/x.enum"];
    private static readonly string[] Levels = ["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "minimal", "low", "medium", "high"];

    public int? MaxTokens { get; private init; }

    public string[] Stops { get; private init; } = [];

    public int Candidates { get; private init; } = 1;

    public ResponseFormat Format { get; private init; } = ResponseFormat.Text;

    public bool IncludesThoughts { get; private init; }

    public bool Thinks { get; private init; }

    /// <exception cref="ApiException">400: the model does not support a member or a value.</exception>
    public static GenerationConfig Read(FieldReader body, GeminiModel model)
    {
        if (body.Object("generationConfig", nullable: true) is not { } fields)
            return new() { Thinks = model is { Thinks: true, ThinksOnRequest: false } };
        fields.Number("temperature", 0, 2);
        fields.Number("topP", 0, 1);
        fields.Number("topK", 0, int.MaxValue);
        fields.Integer("seed", int.MinValue);
        var presence = fields.Number("presencePenalty", -2, 2);
        var frequency = fields.Number("frequencyPenalty", -2, 2);
        var candidates = fields.Integer("candidateCount", 1, MostCandidates) ?? 1;
        var maxTokens = fields.Integer("maxOutputTokens", 1);
        var stops = fields.TextOrTexts("stopSequences", nullable: true) ?? [];
        var logprobs = fields.Flag("responseLogprobs", nullable: true) ?? false;
        fields.Integer("logprobs", 0, 20);
        var modalities = fields.TextOrTexts("responseModalities", nullable: true) ?? [];
        fields.Ignore("speechConfig", "mediaResolution", "imageConfig", "audioTimestamp", "enableEnhancedCivicAnswers");
        var format = ReadFormat(fields);
        var thinking = fields.Object("thinkingConfig", nullable: true);
        var includes = thinking?.Flag("includeThoughts", nullable: true) ?? false;
        var budget = thinking?.Integer("thinkingBudget", -1);
        var level = thinking?.OneOf("thinkingLevel", Levels, nullable: true);
        thinking?.RejectOthers();
        fields.RejectOthers();

        if (stops.Length > MostStops)
            throw Refused($"* GenerateContentRequest.generation_config.stop_sequences: the number of stop sequences must not exceed {MostStops}.");
        if (model.Id.StartsWith("gemini-2.5", StringComparison.Ordinal) && (presence is not (null or 0) || frequency is not (null or 0)))
            throw Refused($"Penalty is not enabled for models/{model.Id}");
        if (logprobs)
            throw Refused($"Logprobs is not enabled for models/{model.Id}");
        if (modalities.FirstOrDefault(modality => !modality.Equals("TEXT", StringComparison.OrdinalIgnoreCase)) is { } other)
            throw Refused($"Model does not support the requested response modalities: {other.ToLowerInvariant()}");
        CheckThinking(model, includes, budget, level);
        return new()
        {
            MaxTokens = maxTokens,
            Stops = [.. stops.Where(stop => stop.Length > 0)],
            Candidates = candidates,
            Format = format,
            IncludesThoughts = includes,
            Thinks = model.Thinks && budget != 0 && (!model.ThinksOnRequest || includes || budget is not null || level is not null),
        };
    }

    private static ResponseFormat ReadFormat(FieldReader fields)
    {
        var type = fields.OneOf("responseMimeType", MediaTypes, nullable: true) ?? "text/plain";
        var schema = fields.Object("responseSchema", nullable: true);
        fields.Any("responseJsonSchema", out var json);
        if (json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            fields.Any("_responseJsonSchema", out json);
        var hasJson = json.ValueKind is JsonValueKind.Object or JsonValueKind.True;
        if (schema is not null && hasJson)
            throw Refused("Only one of response_schema and response_json_schema can be set.");
        if ((schema is not null || hasJson) && type == "text/plain")
            throw Refused("* GenerateContentRequest.generation_config.response_mime_type: a response schema needs the mime type application/json.");
        JsonElement? wanted = schema is not null ? OpenApiSchema.ToJsonSchema(schema.Value, "generation_config.response_schema") : hasJson ? json : null;
        return new(type != "text/plain", wanted);
    }

    private static void CheckThinking(GeminiModel model, bool includes, int? budget, string? level)
    {
        if (!model.Thinks && (includes || budget > 0 || level is not null))
            throw Refused("Thinking is not enabled for this model.");
        if (level is not null && !model.IsThird && !model.IsEmulated)
            throw Refused("Thinking level is not supported for this model.");
        if (level is not null && budget is not null)
            throw Refused("You can only set only one of thinking budget and thinking level.");
        if (budget == 0 && model.MustThink)
            throw Refused("Budget 0 is invalid. This model only works in thinking mode.");
        if (model.Id == "gemini-2.5-pro" && budget is > 0 and < LeastProBudget)
            throw Refused($"The thinking budget {budget} is invalid. Please choose a value between {LeastProBudget} and 32768.");
    }

    private static ApiException Refused(string message) => new(GeminiError.Invalid(message));
}
