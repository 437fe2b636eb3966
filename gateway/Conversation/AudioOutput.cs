namespace Dragoman.Conversation;

/// <summary>Spoken output.</summary>
/// <param name="Voice">The provider's name of the voice; null when the provider chooses.</param>
/// <param name="Format">A short name such as <c>wav</c>, <c>mp3</c> or <c>pcm16</c>.</param>
public sealed record AudioOutput(string? Voice, string? Format);
