namespace Dragoman.Conversation;

/// <summary>The form that the answer's text must have.</summary>
/// <param name="Kind">Which form.</param>
/// <param name="Schema">Raw JSON of the schema, for <see cref="OutputFormatKind.JsonSchema"/>.</param>
/// <param name="Name">The schema's name; providers demand one.</param>
/// <param name="Description">What the schema is for.</param>
/// <param name="Strict">Null: the client did not say.</param>
public sealed record OutputFormat(OutputFormatKind Kind, string? Schema = null, string? Name = null, string? Description = null, bool? Strict = null)
{
    /// <summary>Where the schema stands in the client's request.</summary>
    public string Field { get; init; } = "response_format";

    /// <summary>What was read from <see cref="Schema"/>.</summary>
    public ParsedSchema Parsed { get; init; } = new();
}
