namespace Dragoman.Access.Directory;

/// <summary>The deployment as a whole. There is one, and it exists even if nobody has stored it.</summary>
public sealed record Organization
{
    /// <summary>The kind and the id of its document.</summary>
    public const string Kind = "organization";

    public static readonly Organization Default = new();

    /// <summary>What all teams may use.</summary>
    public AllowRules Allow { get; init => field = value ?? AllowRules.Everything; } = AllowRules.Everything;

    /// <summary>The limits of all teams together.</summary>
    public LimitValues Limits { get; init => field = value ?? LimitValues.None; } = LimitValues.None;

    /// <summary>The budgets of all teams together.</summary>
    public BudgetValues Budgets { get; init => field = value ?? BudgetValues.None; } = BudgetValues.None;

    /// <summary>The budgets of the requests with a tag, of all teams together, by the tag as <c>NAME=VALUE</c>; within <see cref="TaggedBudgets.Most"/>.</summary>
    public IReadOnlyDictionary<string, BudgetValues> TagBudgets { get; init => field = value ?? TaggedBudgets.None; } = TaggedBudgets.None;

    /// <summary>Where the days, weeks and months of budgets begin, except for teams with a time zone of their own; null for UTC.</summary>
    public string? TimeZone { get; init; }
}
