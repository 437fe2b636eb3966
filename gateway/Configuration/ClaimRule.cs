namespace Dragoman.Configuration;

/// <summary>What a token means if its claims meet all conditions: a team, a user, roles.</summary>
/// <param name="When">The conditions. Without one, the rule is for every token.</param>
/// <param name="Team">The team that pays; null when the rule only gives roles.</param>
/// <param name="User">The user within the team; null for the token's <c>oid</c> or <c>sub</c>.</param>
/// <param name="Roles">The roles that the caller gets.</param>
public sealed record ClaimRule(IReadOnlyList<ClaimCondition> When, ClaimTemplate? Team, ClaimTemplate? User, IReadOnlyList<string> Roles)
{
    /// <summary>May change everything.</summary>
    public const string Admin = "admin";

    /// <summary>May read everything.</summary>
    public const string Auditor = "auditor";

    /// <summary>May read and change the keys and users of the own team.</summary>
    public const string Lead = "lead";

    /// <summary>May report events of a vault.</summary>
    public const string Events = "events";

    /// <summary>The roles that a rule may give.</summary>
    public static readonly IReadOnlyList<string> KnownRoles = [Admin, Auditor, Lead, Events];
}
