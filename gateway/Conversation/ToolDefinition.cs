namespace Dragoman.Conversation;

/// <summary>A function that the model may call.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Description">What it does, for the model.</param>
/// <param name="Parameters">Raw JSON Schema of its arguments, with the client's property order; null when none was given.</param>
/// <param name="Strict">Null: the client did not say.</param>
public sealed record ToolDefinition(string Name, string? Description, string? Parameters, bool? Strict = null)
{
    /// <summary>
    /// Set for a tool that takes free text (OpenAI's <c>custom</c>). Its calls carry the arguments object
    /// <c>{"input": text}</c> in the canonical model, which is also its emulation as a function (specs/dialects.md 2.3).
    /// </summary>
    public FreeText? FreeText { get; init; }

    /// <summary>Where the parameters stand in the client's request.</summary>
    public string Field { get; init; } = "tools";

    /// <summary>What was read from <see cref="Parameters"/>.</summary>
    public ParsedSchema Parsed { get; init; } = new();

    public CacheMark? Cache { get; init; }

    public static HashSet<string> NamesOf(IEnumerable<ToolDefinition> tools) => new(tools.Select(tool => tool.Name), StringComparer.Ordinal);

    /// <summary>The function's description. If the function stands in for a tool with a grammar, the text describes the grammar.</summary>
    public string? FunctionDescription => FreeText is { HasGrammar: true, Format: var grammar }
        ? $"{Description}{(string.IsNullOrEmpty(Description) ? "" : "\n\n")}The input must follow this grammar: {grammar}"
        : Description;
}
