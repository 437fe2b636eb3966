using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Gemini;

/// <summary>A request to <c>generateContent</c>, <c>streamGenerateContent</c> or <c>countTokens</c> (<c>specs/dialects.md 1.4</c>).</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="Completion">The answer.</param>
/// <param name="Seed">The number that decides the answer.</param>
/// <param name="IncludesThoughts">Whether thoughts are shown.</param>
internal sealed record GenerateRequest(GeminiModel Model, Completion Completion, ulong Seed, bool IncludesThoughts)
{
    private static readonly string[] IgnoredBySeed = ["generationConfig", "generation_config", "labels", "serviceTier", "store", "model"];
    private static readonly string[] IgnoredInConfig =
        ["maxOutputTokens", "max_output_tokens", "stopSequences", "stop_sequences", "candidateCount", "candidate_count"];

    /// <exception cref="RefusalException">A member is wrong.</exception>
    /// <exception cref="ApiException">A rule on the model, contents or functions is broken.</exception>
    public static GenerateRequest Read(JsonElement root, GeminiModel model, string? behaviorHeader)
    {
        var body = new FieldReader(root, []) { TakesSnakeCase = true };
        var request = Read(body, model, behaviorHeader);
        body.ThrowIfWrong();
        return request;
    }

    /// <summary>Counts the tokens of bare contents or of a whole request.</summary>
    /// <exception cref="RefusalException">A member is wrong.</exception>
    public static int CountTokens(JsonElement root, GeminiModel model)
    {
        var body = new FieldReader(root, []) { TakesSnakeCase = true };
        if (body.Object("generateContentRequest", nullable: true) is not { } whole)
            return Read(root, model, null).Completion.PromptTokens;
        var request = Read(whole, model, null);
        body.Ignore("contents");
        body.RejectOthers();
        body.ThrowIfWrong();
        return request.Completion.PromptTokens;
    }

    private static GenerateRequest Read(FieldReader body, GeminiModel model, string? behaviorHeader)
    {
        var root = body.Value;
        var contents = ContentReader.Read(body);
        var system = body.Object("systemInstruction", nullable: true) is { } instruction
            ? ContentReader.ReadOne(instruction, "system_instruction").Text.ToString()
            : "";
        var tools = FunctionReader.Read(body);
        var config = GenerationConfig.Read(body, model);
        var cached = body.Text("cachedContent", nullable: true);
        body.Items("safetySettings", nullable: true);
        body.Ignore("model", "labels", "serviceTier", "store");
        body.RejectOthers();
        body.ThrowIfWrong();
        if (!string.IsNullOrEmpty(cached))
            throw new ApiException(GeminiError.NoKey with { Message = "CachedContent not found (or permission denied)" });
        if (config.Format.IsJson && tools.Tools.Count > 0 && !model.IsThird && !model.IsEmulated)
            throw new ApiException(GeminiError.Invalid("Function calling with a response mime type: 'application/json' is unsupported"));
        Turns.Check(contents, model);

        var messages = Turns.ToMessages(contents);
        if (system.Length > 0)
            messages.Insert(0, new("system", system));
        var behavior = EmulatedBehavior.FromModelName(model.Id).WithHeader(behaviorHeader);
        var seed = CanonicalHash.Of($"gemini {model.Id} {ConfigSeed(root)}", root, IgnoredBySeed);
        var question = new ChatQuestion(messages, tools, config.Format, behavior, seed)
        {
            Reasons = config.Thinks && !behavior.Refuses,
            CallIds = CallIds.OfGemini,
        };
        var toolText = root.TryGetProperty("tools", out var given) && given.ValueKind == JsonValueKind.Array ? given.GetRawText() : "";
        var limits = new ChoiceLimits(config.MaxTokens, config.Stops, Fragments: false);
        return new(model, question.Answer(limits, ChatQuestion.CountPrompt(messages, toolText), config.Candidates), seed, config.IncludesThoughts);
    }

    private static ulong ConfigSeed(JsonElement root) =>
        (root.TryGetProperty("generationConfig", out var config) || root.TryGetProperty("generation_config", out config)) && config.ValueKind == JsonValueKind.Object
            ? CanonicalHash.Of("config", config, IgnoredInConfig)
            : 0;
}
