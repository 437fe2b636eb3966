using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Mistral;

/// <summary>
/// <c>POST /v1/fim/completions</c>: lines of code between a prompt and a suffix, as a chat completion.
/// </summary>
internal static class FimRequest
{
    private static readonly string[] Names = ["total", "left", "right", "index", "count", "value", "größe", "item"];
    private static readonly string[] Functions = ["merge", "measure", "collect", "reduce", "lookup", "combine"];

    /// <exception cref="ApiException">422: the schema is violated. 400: the model is wrong.</exception>
    public static (CompletionOptions Options, Completion Completion, ulong Seed) Read(JsonElement root, string? behaviorHeader)
    {
        var body = new FieldReader(root, [], "body");
        var options = CompletionOptions.Read(body, behaviorHeader);
        var prompt = body.Text("prompt", required: true);
        var suffix = body.Text("suffix", nullable: true);
        body.Integer("min_tokens", 0);
        body.RejectOthers();
        body.ThrowIfWrong();
        if (!options.Model.CompletesFim)
            throw new ApiException(MistralError.BadRequest($"Fim is not enabled for the model {options.Model.Id}."));

        var seed = CanonicalHash.Of("fim", root, CompletionOptions.IgnoredBySeed);
        ITokenSource text = options.Behavior.Tokens is { } tokens ? new Prose(seed, tokens, continues: false) : new WrittenText(Code(seed));
        var choice = new Choice(0, new(null, text, []), options.Limits);
        return (options, new(options.Behavior, [choice], Tokenizer.Count(prompt) + Tokenizer.Count(suffix)), seed);
    }

    private static string Code(ulong seed)
    {
        var random = new DeterministicRandom(seed);
        var code = new StringBuilder();
        for (var lines = random.Between(1, 4); lines > 0; lines--)
        {
            code.Append($"    {random.Pick<string>(Names)} = {random.Pick<string>(Functions)}({random.Pick<string>(Names)}, {random.Between(0, 99)})\n");
        }

        return code.Append($"    return {random.Pick<string>(Names)}").ToString();
    }
}
