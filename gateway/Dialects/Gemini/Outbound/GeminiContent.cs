using Dragoman.Conversation;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>One of Gemini's <c>contents</c>: what the user or the model says until the other one speaks.</summary>
/// <param name="IsModel">Whether the model speaks.</param>
/// <param name="Parts">In order, never empty.</param>
internal sealed record GeminiContent(bool IsModel, List<Part> Parts)
{
    /// <summary>
    /// Whether it begins a turn of the model's (specs/dialects.md 2.6). What the user says together with results need not
    /// count as such for Google, and a signature too many does no harm.
    /// </summary>
    public bool BeginsTurn => !IsModel && !Parts.OfType<ToolResultPart>().Any();
}
