using Dragoman.Locales;

namespace Dragoman.Conversation;

/// <summary>A request member that only a provider of the client's own family understands.</summary>
/// <param name="Field">Its path in the request.</param>
/// <param name="Text">The error message when the target is of another family: what is not possible, and what is.</param>
/// <param name="Code">The dialect's machine-readable error code; null when it has none.</param>
public sealed record FamilyMember(string Field, Wording Text, string? Code = null);
