using System.Text.Json.Serialization;

namespace Dragoman.Access.Limits;

/// <summary>What one process may use of a scope's limits without asking the others.</summary>
internal sealed class ProcessLease
{
    /// <summary>A random name of the process.</summary>
    public required string Id { get; init; }

    /// <summary>Which write of the process this is. By it the process finds out whether a write without an answer was applied.</summary>
    public long Serial { get; set; }

    /// <summary>The requests that it may begin until <see cref="Until"/>.</summary>
    public long Requests { get; set; }

    /// <summary>The tokens that it may use until <see cref="Until"/>.</summary>
    public long Tokens { get; set; }

    /// <summary>The last segment in which the process may use its requests and tokens.</summary>
    public long Until { get; set; }

    /// <summary>The requests that it may run at the same time until <see cref="RunningUntil"/>.</summary>
    public long Running { get; set; }

    /// <summary>The last segment of <see cref="Running"/>.</summary>
    public long RunningUntil { get; set; }

    /// <summary>The requests that it would also run until <see cref="WantedUntil"/>.</summary>
    public long Wanted { get; set; }

    /// <summary>The last segment of <see cref="Wanted"/>.</summary>
    public long WantedUntil { get; set; }

    /// <summary>Whether a process has used the scope within the last minute, or may still.</summary>
    public bool Counts(long now) => now - Until <= Moment.InMinute || now <= RunningUntil;

    [JsonIgnore]
    public bool IsEmpty => Requests == 0 && Tokens == 0 && Running == 0 && Wanted == 0;
}
