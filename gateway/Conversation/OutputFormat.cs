namespace Dragoman.Conversation;

/// <summary>The format that the answer's text must have.</summary>
/// <param name="Kind">The kind of format.</param>
/// <param name="Schema">The raw JSON of the schema, for <see cref="OutputFormatKind.JsonSchema"/>.</param>
/// <param name="Name">The schema's name, which providers require.</param>
/// <param name="Description">The schema's purpose, for the model.</param>
/// <param name="Strict">Whether the answer must match the schema exactly; null when the client did not say.</param>
public sealed record OutputFormat(OutputFormatKind Kind, string? Schema = null, string? Name = null, string? Description = null, bool? Strict = null)
{
    /// <summary>The path of the schema in the client's request.</summary>
    public string Field { get; init; } = "response_format";

    /// <summary>The parsed form of <see cref="Schema"/>.</summary>
    public ParsedSchema Parsed { get; init; } = new();
}
