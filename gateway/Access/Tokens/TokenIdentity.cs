namespace Dragoman.Access.Tokens;

/// <summary>Who a verified token is for, by the issuer's rules.</summary>
/// <param name="Issuer">The token's <c>iss</c>.</param>
/// <param name="Subject">The token's <c>sub</c>; empty when it has none. It is unique only within its issuer.</param>
/// <param name="Team">The team that pays; null for an administrator without a team.</param>
/// <param name="User">The user within the team; null when the token names none.</param>
/// <param name="Roles">The roles, of <see cref="Configuration.ClaimRule.KnownRoles"/>.</param>
/// <param name="ExpiresAt">The token's <c>exp</c>.</param>
public sealed record TokenIdentity(string Issuer, string Subject, string? Team, string? User, IReadOnlyList<string> Roles, DateTimeOffset ExpiresAt);
