using Dragoman.Access.Directory;

namespace Dragoman.Access;

/// <summary>The caller of a request, as the access policy knows it. One object serves all requests with the same credential.</summary>
public sealed class Caller
{
    /// <summary>The team whose limits and budgets apply, and with which nothing of other teams is shared; null for an administrator without a team.</summary>
    public required string? Team { get; init; }

    /// <summary>The public id of the key; null when the caller has none.</summary>
    public string? Key { get; init; }

    /// <summary>The id of the user within the team; null when it is not known.</summary>
    public string? User { get; init; }

    /// <summary>What the caller may administrate.</summary>
    public IReadOnlyList<Role> Roles { get; init; } = [];

    /// <summary>What the caller may use. Each of them must allow it.</summary>
    public IReadOnlyList<AllowRules> Allow { get; init; } = [];

    /// <summary>The scopes with limits, from the widest to the narrowest.</summary>
    public IReadOnlyList<LimitedScope> Scopes { get; init; } = [];

    /// <summary>Labels for reports.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags.Instance;

    /// <summary>When the credential stops to be valid.</summary>
    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;
}
