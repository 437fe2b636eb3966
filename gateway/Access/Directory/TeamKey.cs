namespace Dragoman.Access.Directory;

/// <summary>A key that a team gave to a person or a program. The key itself is not stored.</summary>
/// <param name="Id">The public part of the key; see <see cref="Credentials.KeyText"/>.</param>
/// <param name="Team">The id of its team.</param>
/// <param name="Hash">The SHA-256 digest of the whole key.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record TeamKey(string Id, string Team, ReadOnlyMemory<byte> Hash, DateTimeOffset CreatedAt)
{
    /// <summary>The kind of its document, which is part of its team.</summary>
    public const string Kind = "key";

    /// <summary>What it is for, in the words of its owner.</summary>
    public string? Name { get; init; }

    /// <summary>The id of its user; null when it belongs to the team only.</summary>
    public string? User { get; init; }

    /// <summary>What it may be used for, within what its team may use.</summary>
    public AllowRules Allow { get; init => field = value ?? AllowRules.Everything; } = AllowRules.Everything;

    /// <summary>Its own limits.</summary>
    public LimitValues Limits { get; init => field = value ?? LimitValues.None; } = LimitValues.None;

    /// <summary>Its own budgets.</summary>
    public BudgetValues Budgets { get; init => field = value ?? BudgetValues.None; } = BudgetValues.None;

    /// <summary>Labels of its requests, for reports and for budgets of tags. They replace those of the team with the same name.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? NoTags.Instance; } = NoTags.Instance;

    /// <summary>From when on it is refused; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; null as long as it is valid.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The id of the first key of its rotations, whose budgets it goes on with; null if it is the first itself.</summary>
    public string? First { get; init; }

    /// <summary>The id of the key that it replaced in a rotation.</summary>
    public string? Replaces { get; init; }

    /// <summary>The id of the key that replaced it in a rotation.</summary>
    public string? ReplacedBy { get; init; }
}
