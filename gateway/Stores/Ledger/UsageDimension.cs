namespace Dragoman.Stores.Ledger;

/// <summary>What usage is grouped and filtered by, beside the time. Every value is a text; that of a tag is <c>NAME=VALUE</c>.</summary>
public enum UsageDimension
{
    Team,
    Key,
    User,
    Model,
    Provider,
    Dialect,
    Status,
    Outcome,
    Origin,
    Tag,
}
