using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>Asks a provider for its models.</summary>
public delegate Task<IReadOnlyList<ListedModel>> ModelLister(string provider, CancellationToken cancellation);
