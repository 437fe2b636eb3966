namespace Dragoman.Access.Limits;

/// <summary>The scopes of a caller as a process counts them, so that not each request has to look for them. Never changed: requests hold it.</summary>
/// <param name="Owner">Whose they are.</param>
/// <param name="Scopes">In the order of the caller's scopes.</param>
internal sealed record BoundScopes(CallerLimits Owner, ScopeLimits[] Scopes);
