namespace Dragoman.Conversation;

/// <summary>How a request member that the provider does not have was handled (specs/dialects.md 0.1).</summary>
public enum LossAction
{
    Clamped,
    Emulated,
    Dropped,
}

/// <param name="Field">The member's name in the inbound dialect when known, else its canonical name.</param>
/// <param name="Action">How the member was handled.</param>
public readonly record struct Loss(string Field, LossAction Action);
