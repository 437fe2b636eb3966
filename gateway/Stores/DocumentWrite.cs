namespace Dragoman.Stores;

/// <summary>A change of one document, and the condition under which it is made.</summary>
public sealed class DocumentWrite
{
    private DocumentWrite(string kind, string id, WriteCondition condition, string? partOf, ReadOnlyMemory<byte>? json)
    {
        StoreLimits.CheckName(kind, id);
        if (partOf is not null)
            StoreLimits.CheckId(partOf);
        if (json is { } content)
            StoreLimits.CheckJson(content.Length);
        (Kind, Id, Condition, PartOf, Json) = (kind, id, condition, partOf, json);
    }

    /// <summary>What the document describes.</summary>
    public string Kind { get; }

    /// <summary>Its name within its kind.</summary>
    public string Id { get; }

    /// <summary>What must be true before.</summary>
    public WriteCondition Condition { get; }

    /// <summary>The id of its owner, if it has one.</summary>
    public string? PartOf { get; }

    /// <summary>Its new content, or null to delete it.</summary>
    public ReadOnlyMemory<byte>? Json { get; }

    /// <summary>Creates or replaces a document.</summary>
    /// <exception cref="ArgumentException">A name or the content exceeds <see cref="StoreLimits"/>.</exception>
    public static DocumentWrite Put(string kind, string id, ReadOnlyMemory<byte> json, WriteCondition condition, string? partOf = null) => new(kind, id, condition, partOf, json);

    /// <summary>Deletes a document. To delete one that does not exist is no mistake, unless the condition says so.</summary>
    /// <exception cref="ArgumentException">A name exceeds <see cref="StoreLimits"/>, or the condition is that there is no document.</exception>
    public static DocumentWrite Delete(string kind, string id, WriteCondition condition) => condition == WriteCondition.Absent
        ? throw new ArgumentException("A document that must be absent cannot be deleted.", nameof(condition))
        : new(kind, id, condition, null, null);

    /// <summary>Why the change must not be made, or null if it may be.</summary>
    /// <param name="version">The version of the document, or null if there is none.</param>
    /// <param name="partOf">The document's owner.</param>
    internal WriteRefusal? RefusalFor(long? version, string? partOf) =>
        !Condition.Allows(version) ? WriteRefusal.Condition
        : version is not null && Json is not null && partOf != PartOf ? WriteRefusal.Owner
        : null;
}
