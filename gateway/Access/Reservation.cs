using Dragoman.Access.Limits;

namespace Dragoman.Access;

/// <summary>What was reserved for a request before it was sent.</summary>
/// <param name="Caller">Who pays.</param>
/// <param name="Admission">What the request counts as.</param>
public sealed record Reservation(Caller Caller, Admission Admission);
