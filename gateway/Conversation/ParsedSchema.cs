namespace Dragoman.Conversation;

/// <summary>
/// Keeps the parsed form of a member's JSON Schema, so that each schema of a request is parsed only once, although it is checked,
/// rewritten and used to validate the answer, possibly for several targets. Copies of the member share this object. It is not
/// part of the member's value: any two are equal.
/// </summary>
public sealed class ParsedSchema : IEquatable<ParsedSchema>
{
    private string? text;
    private object? document;

    public bool Equals(ParsedSchema? other) => other is not null;

    public override bool Equals(object? obj) => obj is ParsedSchema;

    public override int GetHashCode() => 0;

    /// <summary>The parsed form of exactly this text object; null when it has not been parsed yet.</summary>
    internal object? Of(string schema) => ReferenceEquals(schema, text) ? document : null;

    internal void Keep(string schema, object read) => (text, document) = (schema, read);

    /// <summary>Releases the parsed form: it takes many times the memory of its text, and an answer may last for minutes.</summary>
    internal void Release() => (text, document) = (null, null);
}
