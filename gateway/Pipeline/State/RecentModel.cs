using Dragoman.Catalog;

namespace Dragoman.Pipeline.State;

/// <summary>A model that was used recently.</summary>
/// <param name="Model">The model.</param>
/// <param name="KeepAlive">How long it counts as loaded after a use.</param>
/// <param name="ExpiresAt">When it stops counting as loaded.</param>
public sealed record RecentModel(PublishedModel Model, TimeSpan KeepAlive, DateTimeOffset ExpiresAt);
