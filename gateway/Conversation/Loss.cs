namespace Dragoman.Conversation;

/// <summary>What became of a request member that the provider does not have (specs/dialects.md 0.1).</summary>
public enum LossAction
{
    Clamped,
    Emulated,
    Dropped,
}

/// <param name="Field">The member in the inbound dialect's own words where known, else the canonical one.</param>
/// <param name="Action">What was done with it.</param>
public readonly record struct Loss(string Field, LossAction Action);
