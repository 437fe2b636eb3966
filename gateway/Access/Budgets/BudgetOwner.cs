using System.Security.Cryptography;
using System.Text;
using Dragoman.Stores;

namespace Dragoman.Access.Budgets;

/// <summary>Whose budget it is.</summary>
public sealed record BudgetOwner
{
    /// <summary>The kind of the budget of a tag.</summary>
    public const string TagKind = "tag";

    /// <summary>The most bytes of <see cref="Account"/> in UTF-8.</summary>
    internal const int LongestAccount = StoreLimits.LongestId - BudgetPeriod.LongestName - 1;

    /// <summary>The bytes of a digest of a tag. Nobody finds two tags with the same one.</summary>
    private const int DigestBytes = 16;

    private BudgetOwner(string kind, string id, string? team, string account)
    {
        StoreLimits.CheckId(account);
        if (Encoding.UTF8.GetByteCount(account) > LongestAccount)
            throw new ArgumentException($"The account of a budget begins with at most {LongestAccount} bytes in UTF-8.", nameof(id));
        (Kind, Id, Team, Account) = (kind, id, team, account);
    }

    /// <summary><c>organization</c>, <c>team</c>, <c>user</c>, <c>key</c> or <see cref="TagKind"/>.</summary>
    public string Kind { get; }

    /// <summary>Its id, as people know it: <c>TEAM/USER</c> of a user, <c>NAME=VALUE</c> of a tag.</summary>
    public string Id { get; }

    /// <summary>The team whose requests alone are paid from it; null for those of all teams.</summary>
    public string? Team { get; }

    /// <summary>What the ids of its accounts begin with, such as <c>team:alpha</c>.</summary>
    public string Account { get; }

    /// <summary>All teams together.</summary>
    public static BudgetOwner OfOrganization() => new("organization", "organization", null, "organization");

    /// <param name="id">The id of the team.</param>
    public static BudgetOwner OfTeam(string id) => new("team", id, id, "team:" + id);

    /// <param name="id">The user as <c>TEAM/USER</c>.</param>
    /// <param name="team">The user's team.</param>
    public static BudgetOwner OfUser(string id, string team) => new("user", id, team, "user:" + id);

    /// <param name="id">The id of the key.</param>
    /// <param name="team">The key's team.</param>
    public static BudgetOwner OfKey(string id, string? team) => new("key", id, team, "key:" + id);

    /// <summary>
    /// All requests with a tag. A tag that is too long for an id has a digest in place of its value, with the character <c>#</c>, which no
    /// name of a tag contains.
    /// </summary>
    /// <param name="name">The name of the tag; it has no <c>=</c>.</param>
    /// <param name="value">The value.</param>
    /// <param name="team">The team whose requests alone are counted; null for those of all teams.</param>
    public static BudgetOwner OfTag(string name, string value, string? team)
    {
        var (label, prefix) = ($"{name}={value}", team is null ? "tag:" : $"team:{team}:tag:");
        var account = prefix + label;
        return new(TagKind, label, team, Encoding.UTF8.GetByteCount(account) <= LongestAccount ? account : $"{prefix}{name}#{DigestOf(value)}");
    }

    /// <summary>Such as <c>the tag project=x in the team alpha</c>.</summary>
    public override string ToString() =>
        Kind == Id ? $"the {Kind}"
        : Kind == TagKind && Team is not null ? $"the {Kind} {Id} in the team {Team}"
        : $"the {Kind} {Id}";

    private static string DigestOf(string value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(0, DigestBytes));
}
