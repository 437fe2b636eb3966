using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Mistral;

/// <summary>
/// <c>POST /v1/completions</c>, which Mistral does not have: OpenAI's legacy completions, which ignore unknown fields
/// (<c>specs/dialects.md 2.18</c>). With several prompts, <c>index = prompt × n + choice</c>.
/// </summary>
internal static class LegacyRequest
{
    private const int MostChoices = 128;
    private const int ShortestText = 12;
    private const int LongestText = 48;
    private const int QuotedFromPrompt = 40;

    /// <exception cref="ApiException">422: a known field is wrong. 400: the model is wrong.</exception>
    public static (CompletionOptions Options, Completion Completion, bool UsageComesLast) Read(JsonElement root, string? behaviorHeader)
    {
        var body = new FieldReader(root, [], "body");
        var name = body.Text("model", required: true);
        var prompts = ReadPrompts(body);
        var maxTokens = body.Integer("max_tokens", 0);
        var stream = body.Flag("stream", nullable: true) ?? false;
        var stops = body.TextOrTexts("stop", nullable: true) ?? [];
        var n = body.Integer("n", 1, MostChoices) ?? 1;
        var echo = body.Flag("echo", nullable: true) ?? false;
        var usageComesLast = body.Object("stream_options", nullable: true)?.Flag("include_usage") ?? false;
        body.ThrowIfWrong();
        var model = ModelCatalog.Find(name!);
        if (!model.CompletesChat)
            throw new ApiException(MistralError.InvalidModel(name!));
        if (prompts.Count * n > MostChoices)
            throw new ApiException(MistralError.BadRequest($"prompt × n asks for {prompts.Count * n} choices: at most {MostChoices} are allowed."));

        var options = new CompletionOptions(model, name!, EmulatedBehavior.FromModelName(name!).WithHeader(behaviorHeader), stream, maxTokens,
            [.. stops.Where(stop => stop.Length > 0)]);
        var seed = CanonicalHash.Of("completions", root, CompletionOptions.IgnoredBySeed);
        var choices = new List<Choice>();
        foreach (var prompt in prompts)
        {
            for (var choice = 0; choice < n; choice++)
                choices.Add(new Choice(choices.Count, new(null, Text(prompt, echo, options, DeterministicRandom.Derive(seed, choices.Count)), []), options.Limits));
        }

        return (options, new(options.Behavior, choices, prompts.Sum(prompt => prompt.Tokens)), usageComesLast);
    }

    private static ITokenSource Text(Prompt prompt, bool echo, CompletionOptions options, ulong seed)
    {
        var random = new DeterministicRandom(seed);
        var length = random.Between(ShortestText, LongestText);
        if (options.Behavior.Tokens is { } tokens)
            return new Prose(random.Next(), tokens, continues: false);
        var quoted = Quotation.Of(prompt.Text, QuotedFromPrompt);
        var introduction = $"{(echo ? prompt.Text : "")} You began: \"{quoted}\".";
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
            if (prompt.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String || IsTokens(item)))
            {
                return
                [
                    .. prompt.EnumerateArray().Select(item =>
                        item.ValueKind == JsonValueKind.String ? Prompt.Of(item.GetString()!) : new("", item.GetArrayLength())),
                ];
            }
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
