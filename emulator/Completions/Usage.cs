namespace Dragoman.Emulator.Completions;

/// <summary>Tokens of a request and its answer.</summary>
/// <param name="PromptTokens">All of the request.</param>
/// <param name="CompletionTokens">All of the answer, thinking included.</param>
/// <param name="ThinkingTokens">Of those, thinking.</param>
internal readonly record struct Usage(int PromptTokens, long CompletionTokens, long ThinkingTokens = 0);
