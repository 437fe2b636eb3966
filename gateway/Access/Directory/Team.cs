using Dragoman.Configuration;

namespace Dragoman.Access.Directory;

/// <summary>Those who share keys, limits and budgets, and nothing with other teams.</summary>
/// <param name="Id">1 to 63 characters: lower-case letters of ASCII, digits and hyphens; the first is a letter or a digit.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record Team(string Id, DateTimeOffset CreatedAt)
{
    /// <summary>The kind of its document.</summary>
    public const string Kind = "team";

    /// <summary>The rule for ids, for error messages.</summary>
    public const string IdRule = TeamId.Rule;

    /// <summary>What people call it; null for its id.</summary>
    public string? Name { get; init; }

    /// <summary>Whether its keys and tokens are refused.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>What its members may use.</summary>
    public AllowRules Allow { get; init => field = value ?? AllowRules.Everything; } = AllowRules.Everything;

    /// <summary>The limits of all its members together.</summary>
    public LimitValues Limits { get; init => field = value ?? LimitValues.None; } = LimitValues.None;

    /// <summary>The limits of each user of the team who has none.</summary>
    public LimitValues UserLimits { get; init => field = value ?? LimitValues.None; } = LimitValues.None;

    /// <summary>The budgets of all its members together.</summary>
    public BudgetValues Budgets { get; init => field = value ?? BudgetValues.None; } = BudgetValues.None;

    /// <summary>The budgets of each user of the team who has none.</summary>
    public BudgetValues UserBudgets { get; init => field = value ?? BudgetValues.None; } = BudgetValues.None;

    /// <summary>The budgets of the team's requests with a tag, by the tag as <c>NAME=VALUE</c>; within <see cref="TaggedBudgets.Most"/>.</summary>
    public IReadOnlyDictionary<string, BudgetValues> TagBudgets { get; init => field = value ?? TaggedBudgets.None; } = TaggedBudgets.None;

    /// <summary>Where the days, weeks and months of the budgets of the team, its users and its keys begin; null for that of the organization.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Labels of its requests, for reports and for budgets of tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? NoTags.Instance; } = NoTags.Instance;

    /// <summary>Whether a text can be the id of a team.</summary>
    public static bool IsId(string text) => TeamId.Is(text);
}
