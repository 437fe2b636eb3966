using System.Text;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Startup;

namespace Dragoman.Access.Tokens;

/// <summary>Applies an issuer's rules to the claims of a verified token.</summary>
/// <param name="rules">The rules in their order.</param>
internal sealed class ClaimMapping(IReadOnlyList<ClaimRule> rules)
{
    /// <summary>The longest name of a user in characters; it becomes a part of store keys.</summary>
    public const int LongestUser = 128;

    /// <summary>How many names of claims are listed in the log.</summary>
    private const int MostNamed = 30;

    /// <summary>Team, user and roles; or why there are none.</summary>
    public (string? Team, string? User, IReadOnlyList<string> Roles, TokenRefusal? Refusal) Map(JsonElement claims)
    {
        var roles = new List<string>();
        string? team = null;
        string? user = null;
        for (var index = 0; index < rules.Count; index++)
        {
            var rule = rules[index];
            if (!Applies(rule, claims))
                continue;
            foreach (var role in rule.Roles)
            {
                if (!roles.Contains(role))
                    roles.Add(role);
            }

            // A rule whose placeholder has no value gives no team, so that a later one may.
            if (team is not null || rule.Team is null || Expand(rule.Team, claims) is not { } expanded)
                continue;
            // An id that is not one must not fall through to a team that the rule's author did not mean.
            if (!TeamId.Is(expanded))
                return (null, null, [], new TokenRefusal(TokenFault.NoRule, $"rule {index} gives the team {Printable.Quote(Printable.Line(expanded))}, which is not an id: {TeamId.Rule}"));
            team = expanded;
            user = rule.User is null ? null : Usable(Expand(rule.User, claims));
        }

        if (team is null && !roles.Contains(ClaimRule.Admin) && !roles.Contains(ClaimRule.Auditor) && !roles.Contains(ClaimRule.Events))
            return (null, null, [], RefusalOf(claims));
        return (team, user ?? Usable(Single(claims, "oid")) ?? Usable(Single(claims, "sub")), roles, null);
    }

    private static bool Applies(ClaimRule rule, JsonElement claims)
    {
        foreach (var condition in rule.When)
        {
            if (!ClaimValues.Of(claims, condition.Claim).Exists(condition.IsMetBy))
                return false;
        }

        return true;
    }

    /// <summary>Null when a placeholder's claim has no value, or several.</summary>
    private static string? Expand(ClaimTemplate template, JsonElement claims)
    {
        var text = new StringBuilder();
        foreach (var part in template.Parts)
        {
            if ((part.IsClaim ? Single(claims, part.Text) : part.Text) is not { } value)
                return null;
            text.Append(value);
        }

        return text.ToString();
    }

    private static string? Single(JsonElement claims, string name) => ClaimValues.Of(claims, name) is [{ Length: > 0 } only] ? only : null;

    private static string? Usable(string? user) => user is { Length: > 0 and <= LongestUser } && Printable.Line(user) == user ? user : null;

    private TokenRefusal RefusalOf(JsonElement claims)
    {
        // Entra ID lists at most 200 groups in a token; instead of more, it names a place to ask for them.
        if (claims.TryGetProperty("_claim_names", out var distributed) && distributed.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in distributed.EnumerateObject())
            {
                if (rules.Any(rule => rule.When.Any(condition => condition.Claim == member.Name)))
                    return new TokenRefusal(TokenFault.GroupOverage, $"the claim {Printable.Quote(Printable.Line(member.Name))} has too many values for a token; let the issuer put only groups that are assigned to the application into tokens, or use application roles");
            }
        }

        var names = string.Join(", ", claims.EnumerateObject().Take(MostNamed).Select(member => member.Name));
        return new TokenRefusal(TokenFault.NoRule, Printable.Line($"no rule gives a team; the token has the claims {names}"));
    }
}
