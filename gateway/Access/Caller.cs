namespace Dragoman.Access;

/// <summary>Who calls, as far as access is concerned.</summary>
/// <param name="Team">Whose budget it is.</param>
public sealed record Caller(string Team);
