namespace Dragoman.Stores;

/// <summary>Tables of a database that are created together. A database of an earlier release has only some parts, and gets the others.</summary>
/// <param name="Table">A table of it, by which it is found.</param>
/// <param name="Statements">What creates it.</param>
internal sealed record SchemaPart(string Table, params IReadOnlyList<string> Statements);
