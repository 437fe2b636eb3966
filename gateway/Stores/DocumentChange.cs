namespace Dragoman.Stores;

/// <summary>A document that changed, in its present state.</summary>
/// <param name="Kind">What it describes.</param>
/// <param name="Id">Its name within its kind.</param>
/// <param name="Version">The version of the write that changed or deleted it last.</param>
/// <param name="PartOf">The id of its owner, or of the owner that it had when it was deleted.</param>
/// <param name="Json">Its content, or null if it was deleted.</param>
public sealed record DocumentChange(string Kind, string Id, long Version, string? PartOf, ReadOnlyMemory<byte>? Json);
