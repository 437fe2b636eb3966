namespace Dragoman.Schemas;

/// <param name="Json">The schema in a form that the provider accepts.</param>
/// <param name="Removed">The keywords that were removed or weakened, each once; descriptions tell the model about them.</param>
/// <param name="ChangesValidity">Whether an answer that is valid for <paramref name="Json"/> may be invalid for the client's schema.</param>
public sealed record SanitizedSchema(string Json, IReadOnlyList<string> Removed, bool ChangesValidity)
{
    /// <summary>Why the provider rejects even the sanitized schema, as a message; null when the provider accepts it.</summary>
    public string? Unsupported { get; init; }
}
