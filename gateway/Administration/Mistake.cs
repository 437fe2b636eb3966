using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Place">What <paramref name="Name"/> is: <c>pointer</c>, <c>parameter</c>, <c>header</c> or <c>source</c>.</param>
/// <param name="Name">A JSON pointer into the body, a parameter of the query, a header, or a file or variable of the configuration.</param>
/// <param name="Detail">What is wrong and what is allowed, as the rest of a sentence that begins with the name.</param>
public sealed record Mistake(string Place, string Name, Wording Detail)
{
    public static Mistake InBody(string pointer, Wording detail) => new("pointer", pointer, detail);

    public static Mistake InQuery(string parameter, Wording detail) => new("parameter", parameter, detail);

    public static Mistake InHeader(string header, Wording detail) => new("header", header, detail);

    /// <param name="line">A mistake as the reader of the configuration writes it: the file or variable, and what is wrong.</param>
    public static Mistake InConfiguration(string line) =>
        line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end ? new("source", line[..end], Wording.Verbatim(line[(end + 2)..])) : new("source", "configuration", Wording.Verbatim(line));
}
