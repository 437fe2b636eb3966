namespace Dragoman.Access.Directory;

/// <summary>A person or a program of a team. A user of a token need not be stored; then the team's <see cref="Team.UserLimits"/> apply.</summary>
/// <param name="Team">The id of the team.</param>
/// <param name="Id">The id, which is unique in the team: that of the issuer, such as an <c>oid</c>, or one that an administrator chose.</param>
/// <param name="CreatedAt">When the user was stored.</param>
public sealed record User(string Team, string Id, DateTimeOffset CreatedAt)
{
    /// <summary>The kind of the document, which is part of the team.</summary>
    public const string Kind = "user";

    /// <summary>The most characters of an id.</summary>
    public const int LongestId = 100;

    /// <summary>The rule for ids, for error messages.</summary>
    public const string IdRule = "1 to 100 letters, digits and the characters - _ . @ + : of ASCII";

    /// <summary>The id of the document: <c>TEAM/USER</c>.</summary>
    public string DocumentId => DocumentIdOf(Team, Id);

    /// <summary>What people call the user; null for the id.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the user's keys and tokens are refused.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>What the user may administrate, besides the roles of a token.</summary>
    public IReadOnlyList<Role> Roles { get; init => field = value ?? []; } = [];

    /// <summary>The user's limits, for all keys and tokens together.</summary>
    public LimitValues Limits { get; init => field = value ?? LimitValues.None; } = LimitValues.None;

    /// <summary>The user's budgets, for all keys and tokens together.</summary>
    public BudgetValues Budgets { get; init => field = value ?? BudgetValues.None; } = BudgetValues.None;

    /// <summary>The id of the document of a user.</summary>
    public static string DocumentIdOf(string team, string user) => $"{team}/{user}";

    /// <summary>Whether a text can be the id of a user.</summary>
    public static bool IsId(string text) =>
        text.Length is > 0 and <= LongestId && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '@' or '+' or ':');
}
