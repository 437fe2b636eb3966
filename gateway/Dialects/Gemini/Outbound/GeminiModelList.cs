using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>Reads the list of <c>models</c> (specs/dialects.md 4.3), without the models that neither generate nor embed.</summary>
internal static class GeminiModelList
{
    /// <exception cref="GatewayException">The body is not a list of models.</exception>
    public static IReadOnlyList<ListedModel> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            // The member is missing when the account has no models.
            return document.RootElement.TryGetProperty("models", out var models)
                ? [.. models.EnumerateArray().Select(ReadModel).OfType<ListedModel>().DistinctBy(model => model.Id)]
                : [];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.NoList), error);
        }
    }

    private static ListedModel? ReadModel(JsonElement entry)
    {
        const string collection = "models/";
        var name = JsonText.ReadString(entry.GetProperty("name"));
        var id = name.StartsWith(collection, StringComparison.Ordinal) ? name[collection.Length..] : name;
        var methods = entry.TryGetProperty("supportedGenerationMethods", out var listed) && listed.ValueKind == JsonValueKind.Array
            ? listed.EnumerateArray().Select(JsonText.ReadString).ToList()
            : [];
        List<string> capabilities = [];
        if (methods.Contains("generateContent"))
        {
            var model = GeminiModel.Of(id);
            capabilities.Add(ModelCapabilities.Completion);
            if (!model.Speaks)
                capabilities.Add(ModelCapabilities.Vision);
            if (!model.Speaks && !model.PaintsPictures && !model.IsGemma)
                capabilities.AddRange([ModelCapabilities.Tools, ModelCapabilities.Audio]);
            if (entry.TryGetProperty("thinking", out var thinking) && thinking.ValueKind == JsonValueKind.True)
                capabilities.Add(ModelCapabilities.Thinking);
        }

        if (methods.Contains("embedContent") || methods.Contains("batchEmbedContents"))
            capabilities.Add(ModelCapabilities.Embedding);
        if (id.Length == 0 || capabilities.Count == 0)
            return null;
        var context = entry.TryGetProperty("inputTokenLimit", out var limit) && limit.ValueKind == JsonValueKind.Number && limit.TryGetInt32(out var tokens) ? tokens : (int?)null;
        return new ListedModel(id, ContextLength: context, Capabilities: capabilities);
    }
}
