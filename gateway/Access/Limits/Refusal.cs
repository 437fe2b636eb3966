using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;
using Dragoman.Access.Directory;
using Dragoman.Locales;

namespace Dragoman.Access.Limits;

/// <summary>Why a request must not begin, or must not use so many tokens.</summary>
/// <param name="scope">Whose limit it is.</param>
/// <param name="limit">The limit that does not allow it.</param>
/// <param name="most">The limit's value.</param>
/// <param name="remaining">What is left of it.</param>
/// <param name="readyAt">When enough will be left, as far as this process knows.</param>
/// <param name="fullAt">When all of it will be left.</param>
/// <param name="now">The time.</param>
internal sealed class Refusal(ScopeLimits scope, LimitKind limit, long most, long remaining, Moment readyAt, Moment fullAt, Moment now) : RateLimitLease
{
    /// <summary>The shortest time that a client is told to wait.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private Wording? why;

    public override bool IsAcquired => false;

    public override IEnumerable<string> MetadataNames { get; } = [MetadataName.RetryAfter.Name, MetadataName.ReasonPhrase.Name];

    /// <summary>Whose limit it is.</summary>
    public ScopeLimits Scope => scope;

    /// <summary>The limit that does not allow it.</summary>
    public LimitKind Limit => limit;

    /// <summary>When enough will be left, as far as this process knows.</summary>
    public Moment ReadyAt => readyAt;

    /// <summary>How long the client should wait.</summary>
    public TimeSpan RetryAfter => now.Until(readyAt) is var wait && wait > Shortest ? wait : Shortest;

    /// <summary>The text for the client.</summary>
    public Wording Text => limit switch
    {
        LimitKind.Concurrent when remaining > 0 => LimitText.ConcurrentShared(most, Owner, Addition),
        LimitKind.Concurrent => LimitText.Concurrent(most, Owner, remaining, Addition),
        LimitKind.Requests => LimitText.Requests(most, Owner, remaining, Seconds(RetryAfter), Seconds(now.Until(fullAt)), Addition),
        _ => LimitText.Tokens(most, Owner, remaining, Seconds(RetryAfter), Seconds(now.Until(fullAt)), Addition),
    };

    private Wording Owner => scope.Kind switch
    {
        ScopeKind.Organization => LimitText.OfOrganization,
        ScopeKind.Team => LimitText.OfTeam(scope.Id),
        ScopeKind.User => LimitText.OfUser(scope.Id),
        _ => LimitText.OfKey(scope.Id),
    };

    private Wording Addition => why is null ? Wording.Verbatim("") : LimitText.Addition(why);

    /// <summary>Adds why the request cannot wait.</summary>
    public Refusal Because(Wording reason)
    {
        why = reason;
        return this;
    }

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? RetryAfter
            : metadataName == MetadataName.ReasonPhrase.Name ? Text.ToString()
            : null;
        return metadata is not null;
    }

    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);
}
