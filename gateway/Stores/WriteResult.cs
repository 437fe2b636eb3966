namespace Dragoman.Stores;

/// <summary>What became of a write.</summary>
public readonly record struct WriteResult
{
    /// <summary>The version of the store, and of every document in the write; null if the write was refused.</summary>
    public long? Version { get; private init; }

    /// <summary>Why the write was refused; null if it was applied.</summary>
    public WriteRefusal? Refusal { get; private init; }

    /// <summary>The index in <see cref="Write.Documents"/> of the first change that was refused; 0 if the write was applied.</summary>
    public int RefusedDocument { get; private init; }

    /// <summary>The write was applied, now or by an earlier call.</summary>
    internal static WriteResult Written(long version) => new() { Version = version };

    /// <summary>Nothing was changed, unless it was by an earlier try of a write without an operation id.</summary>
    internal static WriteResult Refused(int document, WriteRefusal refusal) => new() { RefusedDocument = document, Refusal = refusal };
}
