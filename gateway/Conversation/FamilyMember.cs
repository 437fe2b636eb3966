namespace Dragoman.Conversation;

/// <summary>A request member that only a provider of the client's own family understands.</summary>
/// <param name="Field">Its path in the request.</param>
/// <param name="Message">For the client of any other target: what cannot be done, and what can.</param>
/// <param name="Code">The dialect's machine-readable code of the refusal, if it has one.</param>
public sealed record FamilyMember(string Field, string Message, string? Code = null);
