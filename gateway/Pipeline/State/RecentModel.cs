using Dragoman.Catalog;

namespace Dragoman.Pipeline.State;

/// <summary>A model that was used lately.</summary>
/// <param name="Model">Which.</param>
/// <param name="KeepAlive">How long it counts as loaded after a use.</param>
/// <param name="ExpiresAt">When it no longer does.</param>
public sealed record RecentModel(PublishedModel Model, TimeSpan KeepAlive, DateTimeOffset ExpiresAt);
