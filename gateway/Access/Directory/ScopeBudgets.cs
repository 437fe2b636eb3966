using Dragoman.Access.Budgets;

namespace Dragoman.Access.Directory;

/// <summary>The budgets of all scopes of a caller.</summary>
public static class ScopeBudgets
{
    /// <summary>The budgets that must suffice for a request, from the widest scope to the narrowest.</summary>
    /// <param name="organization">The organization.</param>
    /// <param name="team">The caller's team; null for none.</param>
    /// <param name="userId">The id of the user; null when it is not known.</param>
    /// <param name="user">The user, if stored.</param>
    /// <param name="key">The key; null for a caller without one.</param>
    public static IReadOnlyList<BudgetScope> Of(Organization organization, Team? team, string? userId, User? user, TeamKey? key)
    {
        var found = new List<BudgetScope>();
        var zone = ZoneOf(team?.TimeZone ?? organization.TimeZone);
        // What all teams share begins anew for all of them at the same time.
        Add(Organization.Kind, organization.Budgets, ZoneOf(organization.TimeZone));
        if (team is not null)
        {
            Add($"{Team.Kind}:{team.Id}", team.Budgets, zone);
            if (userId is not null)
                Add($"{User.Kind}:{User.DocumentIdOf(team.Id, userId)}", user is null || user.Budgets.IsEmpty ? team.UserBudgets : user.Budgets, zone);
        }

        if (key is not null)
            Add($"{TeamKey.Kind}:{key.First ?? key.Id}", key.Budgets, zone);
        return found.Count == 0 ? [] : found;

        void Add(string owner, BudgetValues values, TimeZoneInfo midnight)
        {
            AddOne(owner, values.Day, PeriodKind.Day, midnight);
            AddOne(owner, values.Week, PeriodKind.Week, midnight);
            AddOne(owner, values.Month, PeriodKind.Month, midnight);
            AddOne(owner, values.Total, PeriodKind.Total, midnight);
        }

        void AddOne(string owner, long? limit, PeriodKind kind, TimeZoneInfo midnight)
        {
            if (limit is { } most)
                found.Add(new BudgetScope(owner, most, kind == PeriodKind.Total ? BudgetPeriod.Total : new BudgetPeriod(kind, midnight)));
        }
    }

    /// <summary>The zone of a name. A machine may know fewer zones than the one on which the name was checked.</summary>
    private static TimeZoneInfo ZoneOf(string? name) => name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}
