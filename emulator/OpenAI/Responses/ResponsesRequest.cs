using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>A request to <c>responses</c> (<c>specs/dialects.md 1.1</c>).</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="Completion">The answer, with one choice.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
/// <param name="Seed">The number that decides the answer.</param>
/// <param name="Messages">The conversation without instructions, for requests that continue it.</param>
/// <param name="Echo">The members of the request that the response repeats.</param>
internal sealed record ResponsesRequest(
    OpenAIModel Model, Completion Completion, bool Stream, ulong Seed, IReadOnlyList<ChatMessage> Messages, ResponseEcho Echo)
{
    private const int LeastOutput = 16;

    private static readonly string[] IgnoredBySeed =
    [
        "stream", "stream_options", "max_output_tokens", "metadata", "prompt_cache_key", "service_tier", "user", "store", "safety_identifier",
        "previous_response_id", "include",
    ];

    private static readonly string[] Efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
    private static readonly string[] Summaries = ["auto", "concise", "detailed"];
    private static readonly string[] Verbosities = ["low", "medium", "high"];

    /// <summary>Whether reasoning items hold their encrypted state, for a client that keeps the conversation itself.</summary>
    public bool Encrypts { get; init; }

    public bool Summarizes { get; init; }

    public bool Obfuscates { get; init; }

    /// <exception cref="RefusalException">A member is wrong.</exception>
    /// <exception cref="ApiException">A rule on models, items or tools is broken.</exception>
    public static ResponsesRequest Read(JsonElement root, OpenAIVariant variant, ResponseStore store, string? behaviorHeader)
    {
        var body = new FieldReader(root, []) { PassesOthersOver = variant.IsTolerant };
        var name = body.Text("model", required: true) ?? "";
        var input = new ResponseInput(body, store);
        var messages = input.Read();
        var instructions = body.Text("instructions", nullable: true);
        var tools = ResponseTools.Read(body);
        var format = ResponseTextFormat.Read(body, Verbosities);
        var maxTokens = body.Integer("max_output_tokens", variant.IsTolerant ? 1 : LeastOutput);
        var stream = body.Flag("stream", nullable: true) ?? false;
        var streamOptions = body.Object("stream_options", nullable: true);
        var obfuscates = streamOptions?.Flag("include_obfuscation") ?? true;
        streamOptions?.RejectOthers();
        var reasoning = body.Object("reasoning", nullable: true);
        var effort = reasoning?.OneOf("effort", Efforts, nullable: true);
        var summary = reasoning?.OneOf("summary", Summaries, nullable: true);
        reasoning?.Ignore("generate_summary", "context", "mode");
        reasoning?.RejectOthers();
        var temperature = body.Number("temperature", 0, 2);
        var topP = body.Number("top_p", 0, 1);
        body.Integer("top_logprobs", 0, 20);
        var includes = (body.TextOrTexts("include", nullable: true) ?? []).ToList();
        var stores = body.Flag("store", nullable: true) ?? true;
        var previousId = body.Text("previous_response_id", nullable: true);
        if (body.Flag("background", nullable: true) == true)
            throw new ApiException(OpenAIError.Invalid("background", "The emulator has no background responses."));
        body.Object("metadata", nullable: true);
        body.Ignore("max_tool_calls", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "safety_identifier", "service_tier", "truncation", "user", "context_management", "moderation");
        body.RejectOthers();
        body.ThrowIfWrong();

        var model = variant.ModelOf(name);
        if (!model.Chats)
            throw new ApiException(OpenAIError.Invalid("model", $"The requested model '{name}' cannot be used with the Responses API.", "model_not_found"));
        var previous = previousId is null ? null : store.Find(previousId)
            ?? throw new ApiException(OpenAIError.Invalid("previous_response_id", $"Previous response with id '{previousId}' not found.", "previous_response_not_found"));
        List<ChatMessage> conversation = [.. previous?.Messages ?? [], .. messages];
        if (conversation.Count == 0)
            throw new ApiException(OpenAIError.Invalid("input", "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.", "missing_required_parameter"));
        SamplingParameters.CheckEffort(model, effort, "reasoning.effort");
        var encrypts = includes.Contains("reasoning.encrypted_content");
        if (!variant.IsTolerant)
        {
            if (model.IsReasoning && effort != "none" && temperature is not (null or 1))
                throw new ApiException(OpenAIError.UnsupportedParameter("temperature"));
            if (model.IsReasoning && effort != "none" && topP is not (null or 1))
                throw new ApiException(OpenAIError.UnsupportedParameter("top_p"));
            if (encrypts && !model.IsReasoning && !model.IsEmulated)
                throw new ApiException(OpenAIError.Invalid("include", "Encrypted content is not supported with this model."));
            input.Check(model, conversation);
        }

        var seed = CanonicalHash.Of($"openai responses {previous?.Seed}", root, IgnoredBySeed);
        List<ChatMessage> asked = instructions is null ? conversation : [new("system", instructions), .. conversation];
        var behavior = EmulatedBehavior.FromModelName(name).WithHeader(behaviorHeader);
        var question = new ChatQuestion(asked, tools, format, behavior, seed)
        {
            Reasons = effort != "none" && (effort is not null || model.IsReasoning),
            CallIds = CallIds.OfOpenAI,
        };
        var toolText = root.TryGetProperty("tools", out var given) && given.ValueKind == JsonValueKind.Array ? given.GetRawText() : "";
        var completion = question.Answer(new(maxTokens, [], Fragments: stream), ChatQuestion.CountPrompt(asked, toolText));
        return new(model, completion, stream, seed, conversation, ResponseEcho.Of(root, model, stores, question.Reasons ? effort ?? "medium" : effort))
        {
            Encrypts = encrypts,
            Summarizes = summary is not null,
            Obfuscates = obfuscates && !variant.IsTolerant,
        };
    }
}
