namespace Dragoman.Emulator.Completions;

/// <summary>The numbers of tokens in a request and its answer.</summary>
/// <param name="PromptTokens">All tokens of the request.</param>
/// <param name="CompletionTokens">All tokens of the answer, including thinking.</param>
/// <param name="ThinkingTokens">The thinking tokens among those of the answer.</param>
internal readonly record struct Usage(int PromptTokens, long CompletionTokens, long ThinkingTokens = 0);
