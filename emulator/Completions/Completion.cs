namespace Dragoman.Emulator.Completions;

/// <summary>An answer that is ready to be delivered.</summary>
/// <param name="Options">How it is delivered.</param>
/// <param name="Choices">In the order of their index.</param>
/// <param name="PromptTokens">Tokens of the request.</param>
internal sealed record Completion(CompletionOptions Options, IReadOnlyList<Choice> Choices, int PromptTokens)
{
    public Usage Usage => new(PromptTokens, Choices.Sum(choice => choice.Tokens));
}
