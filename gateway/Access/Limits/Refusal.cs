using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;
using Dragoman.Access.Directory;

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

    private string addition = "";

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
    public string Message => limit switch
    {
        LimitKind.Concurrent when remaining > 0 => $"The limit of {most} concurrent requests of {Owner} is reached by all processes of the gateway together. It is free again when a request has ended.{addition}",
        LimitKind.Concurrent => $"The limit of {most} concurrent requests of {Owner} is reached: {remaining} are left. It is free again when a request has ended.{addition}",
        _ => $"The limit of {most} {(limit == LimitKind.Requests ? "requests" : "tokens")} per minute of {Owner} does not allow this request: {remaining} are left. Try again in {Seconds(RetryAfter)} s; all of them are back in {Seconds(now.Until(fullAt))} s.{addition}",
    };

    private string Owner => scope.Kind == ScopeKind.Organization ? "the organization" : $"{scope.Kind.ToString().ToLowerInvariant()} \"{scope.Id}\"";

    /// <summary>Adds why the request cannot wait.</summary>
    public Refusal Because(string why)
    {
        addition = $" {why}";
        return this;
    }

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? RetryAfter
            : metadataName == MetadataName.ReasonPhrase.Name ? Message
            : null;
        return metadata is not null;
    }

    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);
}
