namespace Dragoman.Access;

/// <summary>What was reserved for a request before it was sent.</summary>
public sealed record Reservation(Caller Caller);
