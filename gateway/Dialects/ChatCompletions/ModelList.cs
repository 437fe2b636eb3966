using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Reads the model list of OpenAI, Mistral and compatible servers, with the extra members of Mistral and vLLM (specs/dialects.md 4.3).</summary>
internal static class ModelList
{
    private static readonly (string Member, string Capability)[] Capabilities =
    [
        ("completion_chat", ModelCapabilities.Completion),
        ("function_calling", ModelCapabilities.Tools),
        ("completion_fim", ModelCapabilities.Insert),
        ("vision", ModelCapabilities.Vision),
        ("reasoning", ModelCapabilities.Thinking),
    ];

    /// <exception cref="GatewayException">The body is not a list of models.</exception>
    public static IReadOnlyList<ListedModel> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var data = root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("data");
            return data.ValueKind == JsonValueKind.Null ? [] : [.. data.EnumerateArray().Select(ReadModel).Where(model => model.Id.Length > 0).DistinctBy(model => model.Id)];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.NoList), error);
        }
    }

    private static ListedModel ReadModel(JsonElement entry) => new(
        entry.GetProperty("id").GetString() ?? "",
        entry.TryGetProperty("created", out var created) && created.ValueKind == JsonValueKind.Number && created.TryGetInt64(out var seconds) ? seconds : 0,
        ReadLength(entry, "max_context_length") ?? ReadLength(entry, "max_model_len"),
        ReadCapabilities(entry));

    private static int? ReadLength(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var length) && length.ValueKind == JsonValueKind.Number && length.TryGetInt32(out var tokens) ? tokens : null;

    private static List<string>? ReadCapabilities(JsonElement entry)
    {
        if (!entry.TryGetProperty("capabilities", out var given) || given.ValueKind != JsonValueKind.Object)
            return null;
        var names = Capabilities
            .Where(pair => given.TryGetProperty(pair.Member, out var has) && has.ValueKind == JsonValueKind.True)
            .Select(pair => pair.Capability)
            .ToList();
        // Mistral reports no capability for embeddings. A model without any other capability is one for embeddings.
        if (names.Count == 0)
            names.Add(ModelCapabilities.Embedding);
        return names;
    }
}
