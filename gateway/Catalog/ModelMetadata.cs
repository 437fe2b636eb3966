using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>What clients can find out about a model before they use it.</summary>
/// <param name="Family">The model's line, without dots: <c>mistral</c>, <c>llama</c>.</param>
/// <param name="ParameterSize">For example <c>7B</c>; empty when unknown.</param>
/// <param name="Quantization">For example <c>Q4_K_M</c>; empty when unknown.</param>
/// <param name="ContextLength">In tokens.</param>
/// <param name="EmbeddingLength">The length of the vectors of an embedding model; of a chat model, of its inner vectors.</param>
/// <param name="Capabilities">What the model can do.</param>
public sealed record ModelMetadata(
    string Family,
    string ParameterSize,
    string Quantization,
    int ContextLength,
    int EmbeddingLength,
    ModelCapabilities Capabilities)
{
    /// <summary>The number of parameters; 0 when unknown.</summary>
    public long ParameterCount =>
        ParameterSize.Length > 1 && double.TryParse(ParameterSize[..^1], System.Globalization.NumberStyles.Float, null, out var size)
            ? (long)(size * (ParameterSize[^1] is 'M' or 'm' ? 1e6 : 1e9))
            : 0;

    /// <summary>Takes each value from the operator, else from the provider, the built-in catalog, the name, or a safe default.</summary>
    public static ModelMetadata Of(string upstreamModel, ModelSettings? settings, ListedModel? listed)
    {
        var known = BuiltInModels.Find(upstreamModel);
        var inferred = InferredModel.FromName(upstreamModel);
        var capabilities = settings?.Capabilities
            ?? (listed?.Capabilities is { } reported ? new ModelCapabilities(reported, AreCertain: true) : null)
            ?? known?.Capabilities
            ?? inferred.Capabilities;
        return new ModelMetadata(
            settings?.Family ?? known?.Family ?? inferred.Family,
            settings?.ParameterSize ?? known?.ParameterSize ?? inferred.ParameterSize,
            settings?.Quantization ?? known?.Quantization ?? inferred.Quantization,
            settings?.ContextLength ?? listed?.ContextLength ?? known?.ContextLength ?? inferred.ContextLength,
            settings?.EmbeddingLength ?? known?.EmbeddingLength ?? inferred.EmbeddingLength,
            capabilities);
    }
}
