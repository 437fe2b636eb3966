using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI;

/// <summary>A request to legacy <c>completions</c>. With several prompts, <c>index = prompt × n + choice</c>.</summary>
internal sealed record TextCompletionRequest(OpenAIModel Model, Completion Completion, bool Stream, bool IncludesUsage)
{
    private const int MostChoices = 128;
    private const int ShortestText = 12;
    private const int LongestText = 48;
    private const int QuotedFromPrompt = 40;
    private const int DefaultMaxTokens = 16;

    private static readonly string[] IgnoredBySeed = ["stream", "stream_options", "max_tokens", "stop", "n", "best_of", "user", "logprobs"];

    /// <exception cref="RefusalException">A member is wrong.</exception>
    /// <exception cref="ApiException">404: there is no such model. 400: the number of choices is wrong.</exception>
    public static TextCompletionRequest Read(JsonElement root, OpenAIVariant variant, string? deployment, string? behaviorHeader)
    {
        var body = new FieldReader(root, []) { PassesOthersOver = variant.IsTolerant };
        var name = deployment ?? body.Text("model", required: true) ?? "";
        body.Ignore("model");
        var prompts = ReadPrompts(body);
        var maxTokens = body.Integer("max_tokens", 0);
        var stream = body.Flag("stream", nullable: true) ?? false;
        var n = body.Integer("n", 1, MostChoices) ?? 1;
        var echo = body.Flag("echo", nullable: true) ?? false;
        var includesUsage = body.Object("stream_options", nullable: true)?.Flag("include_usage") ?? false;
        body.Text("suffix", nullable: true);
        body.Integer("best_of", 1, 20);
        body.Integer("logprobs", 0, 5);
        body.Text("user", nullable: true);
        body.Integer("seed", int.MinValue);
        var stops = (body.TextOrTexts("stop", nullable: true) ?? []).Where(stop => stop.Length > 0).ToArray();
        body.Number("temperature", 0, 2);
        body.Number("top_p", 0, 1);
        body.Number("frequency_penalty", -2, 2);
        body.Number("presence_penalty", -2, 2);
        body.Object("logit_bias", nullable: true);
        body.RejectOthers();
        body.ThrowIfWrong();
        var model = variant.ModelOf(name);
        if (!model.Chats || model.IsReasoning)
            throw new ApiException(OpenAIError.Invalid("model", "This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?") with { Status = 404 });
        if (prompts.Count * n > MostChoices)
            throw new ApiException(OpenAIError.Invalid("n", $"prompt × n asks for {prompts.Count * n} choices: at most {MostChoices} are allowed."));

        var behavior = EmulatedBehavior.FromModelName(name).WithHeader(behaviorHeader);
        var seed = CanonicalHash.Of($"openai completions {deployment}", root, IgnoredBySeed);
        var limits = new ChoiceLimits(maxTokens ?? (behavior.Tokens is null && !variant.IsTolerant ? DefaultMaxTokens : null), stops, Fragments: false);
        var choices = new List<Choice>();
        foreach (var prompt in prompts)
        {
            for (var choice = 0; choice < n; choice++)
                choices.Add(new Choice(choices.Count, new(null, Text(prompt, echo, behavior, DeterministicRandom.Derive(seed, choices.Count)), []), limits));
        }

        return new(model, new(behavior, choices, prompts.Sum(prompt => prompt.Tokens)), stream, includesUsage);
    }

    private static ITokenSource Text(Prompt prompt, bool echo, EmulatedBehavior behavior, ulong seed)
    {
        var random = new DeterministicRandom(seed);
        var length = random.Between(ShortestText, LongestText);
        if (behavior.Tokens is { } tokens)
            return new Prose(random.Next(), tokens, continues: false);
        var introduction = $"{(echo ? prompt.Text : "")} You began: \"{Quotation.Of(prompt.Text, QuotedFromPrompt)}\".";
        return new TextSequence(new WrittenText(introduction), new Prose(random.Next(), length, continues: true));
    }

    /// <summary>Reads a string, strings, or token numbers, of which only the count matters.</summary>
    private static List<Prompt> ReadPrompts(FieldReader body)
    {
        if (!body.Any("prompt", out var prompt))
        {
            body.Text("prompt", required: true);
            return [];
        }

        if (prompt.ValueKind == JsonValueKind.String)
            return [Prompt.Of(prompt.GetString()!)];
        if (prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() > 0)
        {
            if (IsTokens(prompt))
                return [new("", prompt.GetArrayLength())];
            var items = prompt.EnumerateArray().ToList();
            if (items.TrueForAll(item => item.ValueKind == JsonValueKind.String || IsTokens(item)))
                return items.ConvertAll(item => item.ValueKind == JsonValueKind.String ? Prompt.Of(item.GetString()!) : new("", item.GetArrayLength()));
        }

        body.Add("string_type", body.At("prompt"), "Input should be a string, a list of strings, or lists of token numbers", prompt);
        return [];
    }

    private static bool IsTokens(JsonElement item) =>
        item.ValueKind == JsonValueKind.Array && item.EnumerateArray().All(token => token.ValueKind == JsonValueKind.Number);

    private sealed record Prompt(string Text, int Tokens)
    {
        public static Prompt Of(string text) => new(text, Tokenizer.Count(text));
    }
}
