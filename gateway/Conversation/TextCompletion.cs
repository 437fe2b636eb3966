namespace Dragoman.Conversation;

/// <summary>Text to be continued as it stands; with a suffix, the gap between the two is filled.</summary>
public sealed record TextCompletion(string Prompt, string? Suffix, bool Echo)
{
    /// <summary>More texts to be continued, each with answers of its own behind those of the texts before it (specs/dialects.md 2.18).</summary>
    public IReadOnlyList<string> FurtherPrompts { get; init; } = [];

    /// <summary>The text that a choice continues, when each text has <paramref name="answers"/> of them.</summary>
    public string PromptOf(int choice, int answers) => choice < answers ? Prompt : FurtherPrompts[Math.Min(choice / answers, FurtherPrompts.Count) - 1];
}
