using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Mistral;

/// <summary>A request to <c>POST /v1/chat/completions</c>, read by Mistral's closed schema (<c>specs/dialects.md 1.5</c>).</summary>
internal sealed record ChatRequest(
    CompletionOptions Options, IReadOnlyList<ChatMessage> Messages, ToolUse Tools, ResponseFormat Format)
{
    private const int MostChoices = 128;

    private static readonly string[] Efforts = ["none", "minimal", "low", "medium", "high", "xhigh"];
    private static readonly string[] PromptModes = ["reasoning"];
    private static readonly string[] ServiceTiers = ["auto", "standard_only"];
    private static readonly string[] PredictionType = ["content"];

    public required int Choices { get; init; }

    /// <summary>Whether the model thinks before it answers.</summary>
    public required bool Reasons { get; init; }

    /// <summary>The number that decides the answer.</summary>
    public required ulong Seed { get; init; }

    public required int PromptTokens { get; init; }

    /// <summary>Creates the answer, while the request's document still exists, because it reads the document's schemas.</summary>
    public Completion Answer()
    {
        var question = new ChatQuestion(Messages, Tools, Format, Options.Behavior, Seed) { Reasons = Reasons };
        return question.Answer(Options.Limits, PromptTokens, Choices);
    }

    /// <exception cref="ApiException">422: the schema is violated. 400: a rule on messages, tools or models is broken.</exception>
    public static ChatRequest Read(JsonElement root, string? behaviorHeader)
    {
        var body = new FieldReader(root, [], "body");
        var options = CompletionOptions.Read(body, behaviorHeader);
        var messages = MessageReader.Read(body);
        var tools = ToolReader.Read(body);
        var format = ResponseFormatReader.Read(body);
        var choices = body.Integer("n", 1, MostChoices) ?? 1;
        var effort = body.OneOf("reasoning_effort", Efforts, nullable: true);
        var promptMode = body.OneOf("prompt_mode", PromptModes, nullable: true);
        body.Number("presence_penalty", -2, 2);
        body.Number("frequency_penalty", -2, 2);
        if (body.Object("prediction") is { } prediction)
        {
            prediction.OneOf("type", PredictionType);
            prediction.Text("content");
            prediction.RejectOthers();
        }

        body.Items("guardrails", nullable: true);
        body.OneOf("service_tier", ServiceTiers, nullable: true);
        body.Flag("safe_prompt");
        body.RejectOthers();
        body.ThrowIfWrong();

        var model = options.Model;
        if (!model.CompletesChat)
            throw new ApiException(MistralError.InvalidModel(options.RequestedModel));
        var asksToReason = effort is not (null or "none") || promptMode == "reasoning";
        if (asksToReason && !model.CanReason)
            throw new ApiException(MistralError.BadRequest($"Reasoning is not enabled for the model {model.Id}: leave reasoning_effort and prompt_mode out."));
        if (!model.SeesImages && messages.Exists(message => message.Images.Count > 0))
            throw new ApiException(MistralError.BadRequest($"Image input is not enabled for the model {model.Id}."));
        MessageOrder.Check(messages, model);
        return new(options, messages, tools, format)
        {
            Choices = choices,
            Reasons = effort != "none" && (asksToReason || model.AlwaysReasons),
            Seed = CanonicalHash.Of("chat", root, CompletionOptions.IgnoredBySeed),
            PromptTokens = ChatQuestion.CountPrompt(messages, ToolText(root)),
        };
    }

    private static string ToolText(JsonElement root) =>
        root.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array ? tools.GetRawText() : "";
}
