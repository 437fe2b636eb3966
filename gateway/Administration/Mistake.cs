namespace Dragoman.Administration;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Place">What <paramref name="Name"/> is: <c>pointer</c>, <c>parameter</c>, <c>header</c> or <c>source</c>.</param>
/// <param name="Name">A JSON pointer into the body, a parameter of the query, a header, or a file or variable of the configuration.</param>
/// <param name="Detail">What is wrong and what is allowed.</param>
public sealed record Mistake(string Place, string Name, string Detail)
{
    public static Mistake InBody(string pointer, string detail) => new("pointer", pointer, detail);

    public static Mistake InQuery(string parameter, string detail) => new("parameter", parameter, detail);

    public static Mistake InHeader(string header, string detail) => new("header", header, detail);

    /// <param name="line">A mistake as the reader of the configuration writes it: the file or variable, and what is wrong.</param>
    public static Mistake InConfiguration(string line) =>
        line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end ? new("source", line[..end], line[(end + 2)..]) : new("source", "configuration", line);
}
