namespace Dragoman.Access.Budgets;

/// <summary>Whether it is a process's turn to send a message.</summary>
/// <param name="Kind">Whether it is.</param>
/// <param name="AskAgainAt">When to ask again, if it is not.</param>
/// <param name="Tries">How often it was tried with this time, if it is.</param>
/// <param name="Version">The version of the claim, if it is.</param>
internal readonly record struct NoticeTurn(NoticeTurnKind Kind, DateTimeOffset AskAgainAt = default, int Tries = 0, long Version = 0);
