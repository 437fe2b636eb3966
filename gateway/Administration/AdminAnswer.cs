namespace Dragoman.Administration;

/// <summary>The answer to an <see cref="AdminCall"/>.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The JSON, or what <see cref="MediaType"/> says; empty when there is none.</param>
public sealed record AdminAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>The header <c>ETag</c>; null for what has no version.</summary>
    public string? ETag { get; init; }

    /// <summary>The path below <c>/dragoman/</c> of what was created; null when nothing was.</summary>
    public string? Location { get; init; }

    /// <summary>The methods of the header <c>Allow</c>; null when the method is not the problem.</summary>
    public string? Allow { get; init; }

    /// <summary>When to try again; null when that does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the change was made by an earlier request with the same idempotency key.</summary>
    public bool IsReplay { get; init; }

    /// <summary>The language of the texts for people in <see cref="Body"/>; null when it has none.</summary>
    public string? Language { get; init; }

    /// <summary>What <see cref="Body"/> is, if it is no JSON.</summary>
    public string? MediaType { get; init; }

    /// <summary>The media type of <see cref="Body"/>.</summary>
    public string ContentType => MediaType ?? (Status >= 400 ? "application/problem+json" : "application/json; charset=utf-8");
}
