namespace Dragoman.Conversation;

/// <summary>A model as a provider lists it.</summary>
/// <param name="Id">The provider's name of the model.</param>
/// <param name="Created">The creation time in Unix seconds; 0 when not given.</param>
/// <param name="ContextLength">The length of the context window in tokens; null when not given.</param>
/// <param name="Capabilities">Null when the provider does not say.</param>
public sealed record ListedModel(string Id, long Created = 0, int? ContextLength = null, IReadOnlyList<string>? Capabilities = null);
