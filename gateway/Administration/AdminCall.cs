using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary>A request to the administration API, without HTTP.</summary>
/// <param name="Method">The method in upper case.</param>
/// <param name="Path">The decoded path below <c>/dragoman/</c>, such as <c>keys/AbCdEfGhIjKl/rotate</c>.</param>
/// <param name="Actor">Who asks.</param>
public sealed record AdminCall(string Method, string Path, AdminActor Actor)
{
    /// <summary>The decoded parameters of the query, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>The header <c>If-Match</c>; null when it is absent.</summary>
    public string? IfMatch { get; init; }

    /// <summary>The header <c>If-None-Match</c>; null when it is absent.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>The header <c>Idempotency-Key</c>; null when it is absent.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The header <c>Accept</c>; null when it is absent.</summary>
    public string? Accept { get; init; }

    /// <summary>The header <c>Content-Type</c>; null for JSON.</summary>
    public string? ContentType { get; init; }

    /// <summary>The language of whom reads the answer.</summary>
    public Locale Locale { get; init; } = Locale.English;

    /// <summary>Whether a web page makes the call. Then the body must say that it is JSON, so that the browser asks first whether the page may.</summary>
    public bool IsFromPage { get; init; }

    /// <summary>The JSON of the body; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
