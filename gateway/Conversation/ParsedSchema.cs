namespace Dragoman.Conversation;

/// <summary>
/// Keeps what was read from a member's JSON Schema, so that a schema is parsed once in a request, however often it is refused,
/// rewritten or judged by, and for however many targets. Copies of the member share it. It is no part of the member's value:
/// any two are equal.
/// </summary>
public sealed class ParsedSchema : IEquatable<ParsedSchema>
{
    private string? text;
    private object? document;

    public bool Equals(ParsedSchema? other) => other is not null;

    public override bool Equals(object? obj) => obj is ParsedSchema;

    public override int GetHashCode() => 0;

    /// <summary>What was read from this very text; null when that was not done yet.</summary>
    internal object? Of(string schema) => ReferenceEquals(schema, text) ? document : null;

    internal void Keep(string schema, object read) => (text, document) = (schema, read);

    /// <summary>Drops it: a parsed schema takes many times the memory of its text, and an answer may last for minutes.</summary>
    internal void Release() => (text, document) = (null, null);
}
