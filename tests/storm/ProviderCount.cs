using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dragoman.Storm;

/// <summary>What the emulator has counted of all tries of one request.</summary>
/// <param name="Input">Tokens of prompts whose answers have begun.</param>
/// <param name="Output">Tokens that were sent.</param>
internal sealed partial record ProviderCount(long Input, long Output)
{
    /// <summary>The tokens of each prompt.</summary>
    private const long PromptTokens = 6;

    public static ProviderCount None { get; } = new(0, 0);

    /// <summary>What they cost, in picodollars.</summary>
    public long Cost => (Input * StormField.InputPrice) + (Output * StormField.OutputPrice);

    /// <summary>The counts of all requests, by their ids.</summary>
    /// <exception cref="InvalidOperationException">The log is not what the storm expects of it.</exception>
    public static Dictionary<string, ProviderCount> Of(JsonNode log)
    {
        if ((long)log["dropped"]! != 0)
            throw new InvalidOperationException("the emulator has dropped requests from its log");
        var counts = new Dictionary<string, ProviderCount>();
        foreach (var request in log["requests"]!.AsArray())
        {
            if (IdPattern().Match(request!["body"]?.ToJsonString() ?? "") is not { Success: true } id)
                continue;
            var (input, output) = (0L, (long)request["tokens"]!);
            if (request["usage"] is { } usage)
            {
                (input, output) = ((long)usage["prompt_tokens"]!, (long)usage["completion_tokens"]!);
                if (input != PromptTokens)
                    throw new InvalidOperationException($"a prompt has {input} tokens and not {PromptTokens}: {request.ToJsonString()}");
            }
            else if (output > 0)
            {
                input = PromptTokens;
            }

            var before = counts.GetValueOrDefault(id.Value, None);
            counts[id.Value] = new(before.Input + input, before.Output + output);
        }

        return counts;
    }

    [GeneratedRegex("storm[0-9]{7}")]
    private static partial Regex IdPattern();
}
