using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>An outbound dialect whose provider lists its models.</summary>
public interface IListsModels
{
    /// <summary>The path of the list, relative to the base URL.</summary>
    string ModelListPath { get; }

    /// <exception cref="GatewayException">The body is not a model list.</exception>
    IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body);
}
