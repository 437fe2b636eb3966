namespace Dragoman.Stores;

/// <summary>A document as it is in the store.</summary>
/// <param name="Kind">What it describes, such as <c>key</c>.</param>
/// <param name="Id">Its name within its kind.</param>
/// <param name="Version">The version of the write that changed it last: its ETag.</param>
/// <param name="PartOf">The id of its owner, if it has one.</param>
/// <param name="Json">Its content, byte for byte as it was written.</param>
public sealed record StoredDocument(string Kind, string Id, long Version, string? PartOf, ReadOnlyMemory<byte> Json);
