namespace Dragoman.Dialects.Gemini.Outbound;

/// <param name="Least">Fewest tokens, when it reasons.</param>
/// <param name="Most">Most tokens.</param>
/// <param name="CanBeOff">Whether 0 is taken.</param>
internal sealed record ReasoningBounds(int Least, int Most, bool CanBeOff);
