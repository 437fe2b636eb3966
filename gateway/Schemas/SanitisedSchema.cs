namespace Dragoman.Schemas;

/// <param name="Json">The schema that the provider takes.</param>
/// <param name="Removed">The keywords that had to go or to be weakened, each once; the model hears of them in descriptions.</param>
/// <param name="ChangesValidity">Whether an answer that fits <paramref name="Json"/> need not fit the client's schema.</param>
public sealed record SanitisedSchema(string Json, IReadOnlyList<string> Removed, bool ChangesValidity)
{
    /// <summary>Why the provider refuses even the sanitised schema, for the person who reads it; null when it takes it.</summary>
    public string? Unsupported { get; init; }
}
