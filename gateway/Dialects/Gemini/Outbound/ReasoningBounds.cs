namespace Dragoman.Dialects.Gemini.Outbound;

/// <param name="Least">The fewest tokens, when the model reasons.</param>
/// <param name="Most">The most tokens.</param>
/// <param name="CanBeOff">Whether 0 is accepted, which turns reasoning off.</param>
internal sealed record ReasoningBounds(int Least, int Most, bool CanBeOff);
