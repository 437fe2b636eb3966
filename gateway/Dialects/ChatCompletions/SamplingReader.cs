using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Reads the sampling members that OpenAI's chat and text completions share (specs/dialects.md 2.7, 2.8).</summary>
internal static class SamplingReader
{
    /// <summary>The members that both completions know. Any member that neither this list nor the caller knows is an extension.</summary>
    public static readonly string[] Members =
    [
        "temperature", "top_p", "top_k", "min_p", "repeat_penalty", "repetition_penalty", "presence_penalty", "frequency_penalty",
        "seed", "max_tokens", "max_completion_tokens", "stop", "n", "logit_bias",
    ];

    public static Sampling Read(RequestObject request) => new()
    {
        Temperature = Within(request, "temperature", 0, 2),
        TopP = Within(request, "top_p", 0, 1),
        TopK = request.Int32("top_k") is > 0 and var topK ? topK : null,
        MinP = request.Number("min_p"),
        RepeatPenalty = request.Number("repetition_penalty") ?? request.Number("repeat_penalty"),
        PresencePenalty = Within(request, "presence_penalty", -2, 2),
        FrequencyPenalty = Within(request, "frequency_penalty", -2, 2),
        Seed = request.Integer("seed") is >= 0 and var seed ? seed : null,
        MaxOutputTokens = ReadLimit(request, "max_completion_tokens") ?? ReadLimit(request, "max_tokens"),
        Stop = ReadStop(request),
        Choices = ReadChoices(request),
        LogitBias = request.Object("logit_bias") is { } bias && bias.Members.Any() ? request.Raw("logit_bias") : null,
    };

    /// <summary>Every member that neither <see cref="Read"/> nor the caller knows, as raw JSON.</summary>
    public static Dictionary<string, string> ReadExtensions(RequestObject request, ReadOnlySpan<string> known)
    {
        var extensions = new Dictionary<string, string>();
        foreach (var (name, value) in request.MembersBeside(known))
        {
            if (!Members.Contains(name) && value.ValueKind != JsonValueKind.Null)
                extensions[name] = value.GetRawText();
        }

        return extensions;
    }

    private static double? Within(RequestObject request, string name, double least, double most) =>
        request.Number(name) is var value && (value is null || (value >= least && value <= most))
            ? value
            : throw GatewayException.Invalid(name, RequestText.Between(name, least, most, value));

    /// <summary>LM Studio's clients send -1 for "no limit" (specs/dialects.md 2.8).</summary>
    private static int? ReadLimit(RequestObject request, string name) => request.Int32(name) switch
    {
        null or -1 => null,
        >= 1 and var limit => limit,
        var limit => throw GatewayException.Invalid(name, RequestText.AtLeast(name, 1, limit)),
    };

    private static int? ReadChoices(RequestObject request) => request.Int32("n") switch
    {
        null => null,
        >= 1 and <= 128 and var count => count,
        var count => throw GatewayException.Invalid("n", RequestText.Between("n", 1, 128, count)),
    };

    private static string[] ReadStop(RequestObject request) => request.Find("stop") switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } single => RequestLimits.CheckStop([JsonText.ReadString(single)], "stop"),
        { ValueKind: JsonValueKind.Array } => RequestLimits.CheckStop([.. request.Strings("stop")], "stop"),
        { } wrong => throw request.WrongType("stop", RequestText.StringOrStrings, wrong),
    };
}
