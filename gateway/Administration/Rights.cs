using Dragoman.Access.Directory;
using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary>What the caller's roles allow.</summary>
/// <param name="actor">The caller.</param>
internal sealed class Rights(AdminActor actor)
{
    /// <summary>May do everything.</summary>
    public bool IsAdmin { get; } = actor.Caller.Roles.Contains(Role.Admin);

    /// <summary>May read everything.</summary>
    public bool ReadsAll => IsAdmin || actor.Caller.Roles.Contains(Role.Auditor);

    /// <summary>The team whose keys and users the caller manages; null when the caller leads none.</summary>
    public string? LedTeam { get; } = actor.Caller.Roles.Contains(Role.Lead) ? actor.Caller.Team : null;

    public bool MayRead(string team) => ReadsAll || LedTeam == team;

    public bool MayManage(string team) => IsAdmin || LedTeam == team;

    /// <exception cref="RefusedCall">The caller has no role at all.</exception>
    public void RequireRole()
    {
        if (!ReadsAll && LedTeam is null)
            throw Forbidden(AdministrationText.NeedsAnyRole);
    }

    /// <exception cref="RefusedCall">The caller may not read what belongs to no team.</exception>
    public void RequireReader(Wording what)
    {
        if (!ReadsAll)
            throw Forbidden(AdministrationText.ReadingNeeds(what));
    }

    /// <exception cref="RefusedCall">The caller may not change what belongs to no team.</exception>
    public void RequireAdmin(Wording what)
    {
        if (!IsAdmin)
            throw Forbidden(AdministrationText.ChangingNeeds(what));
    }

    /// <summary>Checks that the caller may manage the keys and users of a team. What the caller may not even see does not exist.</summary>
    /// <param name="team">The team.</param>
    /// <param name="thing">What does not exist for others, for the message.</param>
    /// <exception cref="RefusedCall">The caller may not.</exception>
    public void RequireManager(string team, Wording thing)
    {
        RequireVisible(team, thing);
        if (!MayManage(team))
            throw Forbidden(AdministrationText.ManagingNeeds);
    }

    /// <exception cref="RefusedCall">The team is not visible for the caller.</exception>
    public void RequireVisible(string team, Wording thing)
    {
        if (!MayRead(team))
            throw new RefusedCall(Problem.NotFound(thing));
    }

    /// <summary>Nobody may give, or use, a role above the own ones: neither directly nor with a key of somebody who has it.</summary>
    /// <exception cref="RefusedCall">A role is above those of the caller.</exception>
    public void RequireRolesOf(User? user)
    {
        if (!IsAdmin && user is not null && user.Roles.Any(role => role != Role.Lead))
            throw Forbidden(AdministrationText.HigherRoleNeeds);
    }

    private RefusedCall Forbidden(Wording needed)
    {
        var roles = actor.Caller.Roles.Count == 0 ? AdministrationText.NoRole : Wording.Verbatim(string.Join(", ", actor.Caller.Roles.Select(RoleName.Of)));
        return new(Problem.Forbidden(LedTeam is { } team ? AdministrationText.NeedsOfTeam(needed, roles, team) : AdministrationText.Needs(needed, roles)));
    }
}
