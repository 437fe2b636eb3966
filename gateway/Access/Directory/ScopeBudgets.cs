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
        var tags = CallerTags.Of(team, key);
        var zone = ZoneOf(team?.TimeZone ?? organization.TimeZone);
        // What all teams share begins anew for all of them at the same time.
        Add(BudgetOwner.OfOrganization(), organization.Budgets, ZoneOf(organization.TimeZone));
        AddTags(organization.TagBudgets, null, ZoneOf(organization.TimeZone));
        if (team is not null)
        {
            Add(BudgetOwner.OfTeam(team.Id), team.Budgets, zone);
            AddTags(team.TagBudgets, team.Id, zone);
            if (userId is not null)
                Add(BudgetOwner.OfUser(User.DocumentIdOf(team.Id, userId), team.Id), user is null || user.Budgets.IsEmpty ? team.UserBudgets : user.Budgets, zone);
        }

        if (key is not null)
            Add(BudgetOwner.OfKey(key.First ?? key.Id, key.Team), key.Budgets, zone);
        return found.Count == 0 ? [] : found;

        void Add(BudgetOwner owner, BudgetValues values, TimeZoneInfo midnight) => ScopeBudgets.Add(found, owner, values, midnight);

        void AddTags(IReadOnlyDictionary<string, BudgetValues> budgets, string? teamId, TimeZoneInfo midnight)
        {
            if (budgets.Count == 0)
                return;
            foreach (var (name, value) in tags)
            {
                if (budgets.TryGetValue(TagLabel.Of(name, value), out var values))
                    Add(BudgetOwner.OfTag(name, value, teamId), values, midnight);
            }
        }
    }

    /// <summary>The budgets of one tag: that of the organization, and that of a team.</summary>
    /// <param name="organization">The organization.</param>
    /// <param name="team">The team; null for the organization alone.</param>
    /// <param name="name">The name of the tag.</param>
    /// <param name="value">Its value.</param>
    public static IReadOnlyList<BudgetScope> OfTag(Organization organization, Team? team, string name, string value)
    {
        var found = new List<BudgetScope>();
        var label = TagLabel.Of(name, value);
        Add(found, BudgetOwner.OfTag(name, value, null), organization.TagBudgets.GetValueOrDefault(label, BudgetValues.None), ZoneOf(organization.TimeZone));
        if (team is not null)
            Add(found, BudgetOwner.OfTag(name, value, team.Id), team.TagBudgets.GetValueOrDefault(label, BudgetValues.None), ZoneOf(team.TimeZone ?? organization.TimeZone));
        return found;
    }

    private static void Add(List<BudgetScope> found, BudgetOwner owner, BudgetValues values, TimeZoneInfo midnight)
    {
        AddOne(values.Day, PeriodKind.Day);
        AddOne(values.Week, PeriodKind.Week);
        AddOne(values.Month, PeriodKind.Month);
        AddOne(values.Total, PeriodKind.Total);

        void AddOne(long? limit, PeriodKind kind)
        {
            if (limit is { } most)
                found.Add(new BudgetScope(owner, most, kind == PeriodKind.Total ? BudgetPeriod.Total : new BudgetPeriod(kind, midnight), values.WarnAt));
        }
    }

    /// <summary>The zone of a name. A machine may know fewer zones than the one on which the name was checked.</summary>
    private static TimeZoneInfo ZoneOf(string? name) => name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}
