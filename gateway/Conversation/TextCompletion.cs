namespace Dragoman.Conversation;

/// <summary>Text to continue without a chat template. With a suffix, the answer is the text between the two.</summary>
public sealed record TextCompletion(string Prompt, string? Suffix, bool Echo)
{
    /// <summary>More texts to continue. Their choices follow those of the first text, in the order of the texts (specs/dialects.md 2.18).</summary>
    public IReadOnlyList<string> FurtherPrompts { get; init; } = [];

    /// <summary>The text that a choice continues, when each text has <paramref name="answers"/> choices.</summary>
    public string PromptOf(int choice, int answers) => choice < answers ? Prompt : FurtherPrompts[Math.Min(choice / answers, FurtherPrompts.Count) - 1];
}
