namespace Dragoman.Administration;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Place">What <paramref name="Name"/> is: <c>pointer</c>, <c>parameter</c> or <c>header</c>.</param>
/// <param name="Name">A JSON pointer into the body, a parameter of the query, or a header.</param>
/// <param name="Detail">What is wrong and what is allowed.</param>
public sealed record Mistake(string Place, string Name, string Detail)
{
    public static Mistake InBody(string pointer, string detail) => new("pointer", pointer, detail);

    public static Mistake InQuery(string parameter, string detail) => new("parameter", parameter, detail);

    public static Mistake InHeader(string header, string detail) => new("header", header, detail);
}
