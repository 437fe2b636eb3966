using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Ollama;

/// <summary>The members that Ollama's chat and generate requests share (specs/ollama.md 2.0).</summary>
internal static class OllamaRequest
{
    public const string Family = "ollama";

    public static readonly ClientTraits Client = new() { ToleratesMissingLogprobs = true, RefusesMalformedNames = true };

    /// <summary>The members that both requests read.</summary>
    public static readonly string[] Members =
        ["model", "stream", "format", "keep_alive", "options", "think", "truncate", "shift", "logprobs", "top_logprobs"];

    public static Sampling ReadSampling(RequestObject request)
    {
        var logprobs = request.Bool("logprobs");
        var topLogprobs = request.Int32("top_logprobs");
        if (topLogprobs is < 0 or > 20)
            throw GatewayException.Invalid("top_logprobs", FixedText.TopLogprobs);
        var sampling = new Sampling { Logprobs = logprobs, TopLogprobs = topLogprobs is 0 ? null : topLogprobs };
        return request.Object("options") is { } options ? OllamaOptions.Read(options, sampling) : sampling;
    }

    /// <summary>
    /// Collects the members that no provider supports. <c>shift</c> is one when it is true: only Ollama slides the context
    /// window during generation.
    /// </summary>
    /// <exception cref="GatewayException"><c>shift</c> is neither true nor false.</exception>
    public static UnreadMembers FindUnread(RequestObject request, params ReadOnlySpan<string> read)
    {
        var unread = new UnreadMembers();
        unread.Note(request, "", [.. Members, .. read]);
        if (request.Object("options") is { } options)
            unread.Note(options, "options", OllamaOptions.ReadNames);
        if (request.Bool("shift") == true)
            unread.Note("shift");
        return unread;
    }

    public static OutputFormat? ReadFormat(RequestObject request)
    {
        if (request.Find("format") is not { } format)
            return request.Object("options") is { } options ? OllamaOptions.ReadFormat(options) : null;
        return format.ValueKind switch
        {
            JsonValueKind.String when JsonText.ReadString(format).Length == 0 => null,
            JsonValueKind.String when JsonText.ReadString(format) == "json" => new OutputFormat(OutputFormatKind.JsonObject),
            JsonValueKind.Object => new OutputFormat(OutputFormatKind.JsonSchema, format.GetRawText(), "schema", Strict: true) { Field = "format" },
            _ => throw GatewayException.Invalid("format", FixedText.InvalidFormat(format.GetRawText())),
        };
    }

    public static ReasoningRequest ReadThink(RequestObject request)
    {
        if (request.Find("think") is not { } think)
            return default;
        return think.ValueKind switch
        {
            JsonValueKind.True => new ReasoningRequest(true, null),
            JsonValueKind.False => new ReasoningRequest(false, null),
            JsonValueKind.String => JsonText.ReadString(think) switch
            {
                "low" => new ReasoningRequest(true, ReasoningEffort.Low),
                "medium" => new ReasoningRequest(true, ReasoningEffort.Medium),
                "high" => new ReasoningRequest(true, ReasoningEffort.High),
                "max" => new ReasoningRequest(true, ReasoningEffort.Max),
                _ => throw InvalidThink(think),
            },
            _ => throw InvalidThink(think),
        };
    }

    public static List<Part> ReadImages(RequestObject owner)
    {
        var parts = new List<Part>();
        foreach (var (value, path) in owner.Array("images"))
        {
            if (value.ValueKind != JsonValueKind.String)
                throw GatewayException.Invalid(path, RequestText.WrongType(path, RequestText.ABase64String, KindText.Of(value)));
            var media = MediaType.ReadPictureOrSound(JsonText.ReadString(value), path);
            parts.Add(media.MediaType.StartsWith("audio/", StringComparison.Ordinal)
                ? new AudioPart(media, media.MediaType["audio/".Length..])
                : new ImagePart(media));
        }

        return parts;
    }

    /// <summary>
    /// Ollama enforces JSON by itself. Providers expect the prompt to ask for JSON, and some reject a request that does not
    /// (specs/ollama.md 5.2).
    /// </summary>
    public static List<Turn> AskingFor(OutputFormat? format, List<Turn> turns)
    {
        if (format?.Kind == OutputFormatKind.JsonObject && turns.Count > 0 && !turns.Exists(Mentions))
            turns.Insert(turns.TakeWhile(turn => turn.Role == Role.System).Count(), Turn.Of(Role.System, "Answer with a JSON object."));
        return turns;

        static bool Mentions(Turn turn) => turn.Text.Contains("json", StringComparison.OrdinalIgnoreCase);
    }

    public static GatewayError? FindMissingThinking(ChatRequest request, ModelCapabilities capabilities) =>
        request.Reasoning.Enabled == true && capabilities.Lacks(ModelCapabilities.Thinking)
            ? GatewayError.Invalid("think", FixedText.NotSupportedBy(request.Model, "thinking"))
            : null;

    private static GatewayException InvalidThink(JsonElement think) => GatewayException.Invalid(
        "think",
        FixedText.InvalidThinkValue(think.GetRawText()));
}
