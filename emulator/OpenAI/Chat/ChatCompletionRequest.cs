using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.OpenAI.Chat;

/// <summary>A request to <c>chat/completions</c> (<c>specs/dialects.md 1.1</c>).</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="Completion">The answer.</param>
/// <param name="Stream">Whether it is streamed.</param>
/// <param name="Seed">The number that decides the answer, its ids and its padding.</param>
internal sealed record ChatCompletionRequest(OpenAIModel Model, Completion Completion, bool Stream, ulong Seed)
{
    private const int MostChoices = 128;

    private static readonly string[] IgnoredBySeed =
    [
        "stream", "stream_options", "max_tokens", "max_completion_tokens", "stop", "n", "metadata", "prompt_cache_key", "service_tier",
        "user", "store", "safety_identifier", "logprobs", "top_logprobs", "modalities", "audio",
    ];

    private static readonly string[] Efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
    private static readonly string[] Tiers = ["auto", "default", "flex", "scale", "priority", "fast"];
    private static readonly string[] Verbosities = ["low", "medium", "high"];

    /// <summary>Whether a last chunk has the usage.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>Whether chunks have padding that hides their lengths.</summary>
    public bool Obfuscates { get; init; }

    /// <summary>The number of alternatives beside each token's logprob. Null without logprobs.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>The audio format of a spoken answer. Null for text.</summary>
    public string? AudioFormat { get; init; }

    /// <summary>The name the client used.</summary>
    public string RequestedModel { get; init; } = "";

    /// <exception cref="RefusalException">A member is wrong.</exception>
    /// <exception cref="ApiException">A rule on models, messages or tools is broken.</exception>
    public static ChatCompletionRequest Read(JsonElement root, OpenAIVariant variant, string? deployment, string? behaviorHeader)
    {
        var body = new FieldReader(root, []) { PassesOthersOver = variant.IsTolerant };
        var name = deployment ?? body.Text("model", required: true) ?? "";
        body.Ignore("model");
        var messages = ChatCompletionMessages.Read(body);
        var tools = ChatCompletionTools.Read(body);
        var format = ChatCompletionFormat.Read(body);
        var parameters = SamplingParameters.Read(body);
        var maxTokens = body.Integer("max_tokens", 1);
        var maxCompletionTokens = body.Integer("max_completion_tokens", 1);
        var choices = body.Integer("n", 1, MostChoices) ?? 1;
        var stream = body.Flag("stream", nullable: true) ?? false;
        var streamOptions = body.Object("stream_options", nullable: true);
        var includesUsage = streamOptions?.Flag("include_usage") ?? false;
        var obfuscates = streamOptions?.Flag("include_obfuscation") ?? true;
        streamOptions?.RejectOthers();
        var effort = body.OneOf("reasoning_effort", Efforts, nullable: true);
        var audio = SpokenAudio.ReadFormat(body);
        body.OneOf("verbosity", Verbosities, nullable: true);
        body.OneOf("service_tier", Tiers, nullable: true);
        body.Object("metadata", nullable: true);
        body.Flag("store", nullable: true);
        body.Text("user", nullable: true);
        body.Integer("seed", int.MinValue);
        body.Ignore("prediction", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "safety_identifier", "moderation", "web_search_options");
        body.RejectOthers();
        body.ThrowIfWrong();

        var model = variant.ModelOf(name);
        var behavior = EmulatedBehavior.FromModelName(name).WithHeader(behaviorHeader);
        if (!model.Chats)
            throw new ApiException(OpenAIError.Invalid("model", "This is not a chat model and thus not supported in the v1/chat/completions endpoint.") with { Status = 404 });
        if (!variant.IsTolerant)
        {
            if (streamOptions is not null && !stream)
                throw new ApiException(OpenAIError.Invalid("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled."));
            ChatCompletionMessages.CheckOrder(messages);
            ChatCompletionTools.CheckAllowed(root);
            ChatCompletionFormat.Check(root, messages);
            parameters.Check(model, effort, maxTokens is not null);
            if (model.RefusesToolsInChat && effort != "none" && tools.Tools.Count > 0)
            {
                throw new ApiException(OpenAIError.Invalid("reasoning_effort",
                    $"Function tools with reasoning_effort are not supported for {model.Id} in /v1/chat/completions. Please use /v1/responses instead, or set reasoning_effort to 'none'."));
            }

            SpokenAudio.Check(model, messages, audio, stream);
        }

        var seed = CanonicalHash.Of($"openai chat {deployment}", root, IgnoredBySeed);
        var question = new ChatQuestion(messages, tools, format, behavior, seed)
        {
            Reasons = effort != "none" && (effort is not null || model.IsReasoning),
            CallIds = CallIds.OfOpenAI,
        };
        var limits = new ChoiceLimits(maxCompletionTokens ?? maxTokens, parameters.Stops, Fragments: stream);
        return new(model, question.Answer(limits, ChatQuestion.CountPrompt(messages, ToolText(root)), choices), stream, seed)
        {
            IncludesUsage = includesUsage,
            Obfuscates = obfuscates && !variant.IsTolerant,
            TopLogprobs = parameters.Logprobs ? parameters.TopLogprobs ?? 0 : null,
            AudioFormat = audio,
            RequestedModel = name,
        };
    }

    private static string ToolText(JsonElement root) =>
        root.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array ? tools.GetRawText() : "";
}
