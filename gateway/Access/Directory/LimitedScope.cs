namespace Dragoman.Access.Directory;

/// <summary>What a limit belongs to, from the widest to the narrowest.</summary>
public enum ScopeKind
{
    /// <summary>The whole deployment.</summary>
    Organization,
    Team,
    User,
    Key,
}

/// <summary>A scope whose limits a caller must keep.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its id, which is unique within its kind: two teams may have a user of the same name, so a user's id has the team in front.</param>
/// <param name="Values">Its limits, at least one.</param>
public sealed record LimitedScope(ScopeKind Kind, string Id, LimitValues Values);
