namespace Dragoman.Conversation;

/// <summary>A function that the model may call.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Description">The description of the function, for the model.</param>
/// <param name="Parameters">The raw JSON Schema of the arguments, in the client's property order; null when none was given.</param>
/// <param name="Strict">Whether the arguments must match the schema exactly; null when the client did not say.</param>
public sealed record ToolDefinition(string Name, string? Description, string? Parameters, bool? Strict = null)
{
    /// <summary>
    /// The format of a tool that takes free text (OpenAI's <c>custom</c>); null for a function. In the canonical model, and when a
    /// function emulates the tool, the arguments of a call are the object <c>{"input": text}</c> (specs/dialects.md 2.3).
    /// </summary>
    public FreeText? FreeText { get; init; }

    /// <summary>The path of the parameters in the client's request.</summary>
    public string Field { get; init; } = "tools";

    /// <summary>The parsed form of <see cref="Parameters"/>.</summary>
    public ParsedSchema Parsed { get; init; } = new();

    public CacheMark? Cache { get; init; }

    public static HashSet<string> NamesOf(IEnumerable<ToolDefinition> tools) => new(tools.Select(tool => tool.Name), StringComparer.Ordinal);

    /// <summary>The function's description. If the function emulates a tool with a grammar, the text also contains the grammar.</summary>
    public string? FunctionDescription => FreeText is { HasGrammar: true, Format: var grammar }
        ? $"{Description}{(string.IsNullOrEmpty(Description) ? "" : "\n\n")}The input must follow this grammar: {grammar}"
        : Description;
}
