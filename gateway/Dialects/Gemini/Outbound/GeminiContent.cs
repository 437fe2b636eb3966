using Dragoman.Conversation;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>One of Gemini's <c>contents</c>: everything that the user or the model says until the other side speaks.</summary>
/// <param name="IsModel">Whether the model speaks.</param>
/// <param name="Parts">In order, never empty.</param>
internal sealed record GeminiContent(bool IsModel, List<Part> Parts)
{
    /// <summary>
    /// Whether the model's turn begins after it (specs/dialects.md 2.6). Google may count user text beside tool results as
    /// the beginning of a turn or not; a surplus signature does no harm.
    /// </summary>
    public bool BeginsTurn => !IsModel && !Parts.OfType<ToolResultPart>().Any();
}
