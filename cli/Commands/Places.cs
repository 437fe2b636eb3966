using Dragoman.Cli.Fields;

namespace Dragoman.Cli.Commands;

/// <summary>The options and arguments for the places that the API names in its errors.</summary>
internal static class Places
{
    /// <summary>The option or argument for a place; null when there is none.</summary>
    /// <param name="place"><c>pointer</c>, <c>parameter</c> or <c>header</c>.</param>
    /// <param name="name">The pointer into the body, the parameter or the header.</param>
    /// <param name="body">The body, which knows the options of its values.</param>
    public static string? OptionOf(string place, string name, RequestBody? body) => (place, name) switch
    {
        ("pointer", "/team") when body?.SourceOf(name) is null => "--team",
        ("pointer", _) => body?.SourceOf(name),
        ("header", "If-Match") => "--if-match",
        ("header", "Idempotency-Key") => "--idempotency-key",
        ("parameter", _) => "--" + name,
        _ => null,
    };
}
