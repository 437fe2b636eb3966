using Dragoman.Emulator.Behaviors;

namespace Dragoman.Emulator.Completions;

/// <summary>An answer that is ready to be delivered.</summary>
/// <param name="Behavior">The pace and faults.</param>
/// <param name="Choices">The choices in the order of their index.</param>
/// <param name="PromptTokens">The number of tokens in the request.</param>
internal sealed record Completion(EmulatedBehavior Behavior, IReadOnlyList<Choice> Choices, int PromptTokens)
{
    public Usage Usage => new(PromptTokens, Choices.Sum(choice => choice.Tokens), Choices.Sum(choice => choice.ThinkingTokens));
}
