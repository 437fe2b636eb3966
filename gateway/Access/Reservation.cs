namespace Dragoman.Access;

/// <summary>What was set aside for a request before it was sent.</summary>
public sealed record Reservation(Caller Caller);
