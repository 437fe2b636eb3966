namespace Dragoman.Stores;

/// <summary>What must be true of a document before a write changes it.</summary>
public readonly record struct WriteCondition
{
    private readonly long? version;

    private WriteCondition(long? version) => this.version = version;

    /// <summary>Nothing: the write replaces whatever there is.</summary>
    public static WriteCondition Any => default;

    /// <summary>There is no document of this name, or it was deleted.</summary>
    public static WriteCondition Absent { get; } = new(0);

    /// <summary>The document has this version.</summary>
    public static WriteCondition HasVersion(long version)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        return new(version);
    }

    /// <summary>Whether the condition is met.</summary>
    /// <param name="current">The version of the document, or null if there is none.</param>
    internal bool Allows(long? current) => version is null || version == (current ?? 0);
}
