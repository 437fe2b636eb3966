using System.Globalization;
using System.Text.RegularExpressions;
using Dragoman.Conversation;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Which of OpenAI's models need the Responses API, as data (specs/dialects.md 1.1, P-35).</summary>
internal static partial class ResponsesModels
{
    /// <summary>The first generation that rejects function tools in chat completions while it reasons.</summary>
    private const double FirstToRefuseTools = 5.2;

    /// <summary>Parts of the names of models that do not support chat completions.</summary>
    private static readonly string[] OnlyResponses = ["codex", "-pro", "deep-research", "computer-use"];

    /// <summary>Whether chat completions would reject the request, or would not return the reasoning that the client shows.</summary>
    public static bool Needs(string model, ChatRequest request)
    {
        if (!OpenAIModels.Reasons(model))
            return false;
        if (Array.Exists(OnlyResponses, word => model.Contains(word, StringComparison.OrdinalIgnoreCase)))
            return true;
        if (request.ShowsReasoning)
            return true;
        return request.Tools.Count > 0 && !request.Reasoning.IsOff && RefusesTools(model);
    }

    private static bool RefusesTools(string model) =>
        Generation().Match(model) is { Success: true } match
        && double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) >= FirstToRefuseTools;

    [GeneratedRegex(@"^gpt-(\d{1,2}(?:\.\d{1,2})?)(?![\d.])", RegexOptions.IgnoreCase)]
    private static partial Regex Generation();
}
