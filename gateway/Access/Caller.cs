namespace Dragoman.Access;

/// <summary>The caller of a request, as the access policy knows it.</summary>
/// <param name="Team">The team whose budget pays.</param>
public sealed record Caller(string Team);
