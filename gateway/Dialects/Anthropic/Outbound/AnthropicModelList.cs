using System.Globalization;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>Reads Anthropic's list of models and their metadata (specs/dialects.md 4.3).</summary>
internal static class AnthropicModelList
{
    /// <exception cref="GatewayException">The body is not a list of models.</exception>
    public static IReadOnlyList<ListedModel> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
                return [];
            return [.. data.EnumerateArray().Select(ReadModel).OfType<ListedModel>().DistinctBy(model => model.Id)];
        }
        catch (JsonException error)
        {
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.ListNotJson), error);
        }
    }

    private static ListedModel? ReadModel(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || TextOf(entry, "id") is not { Length: > 0 } id)
            return null;
        var created = DateTimeOffset.TryParse(TextOf(entry, "created_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeSeconds() : 0;
        int? contextLength = entry.TryGetProperty("max_input_tokens", out var limit) && limit.ValueKind == JsonValueKind.Number && limit.TryGetInt32(out var tokens) && tokens > 0 ? tokens : null;
        return new ListedModel(id, Math.Max(created, 0), contextLength, CapabilitiesOf(entry));
    }

    /// <summary>The model's capabilities; every model generates text and calls tools. Null when the entry lists none.</summary>
    private static List<string>? CapabilitiesOf(JsonElement entry)
    {
        if (!entry.TryGetProperty("capabilities", out var capabilities) || capabilities.ValueKind != JsonValueKind.Object)
            return null;
        List<string> found = [ModelCapabilities.Completion, ModelCapabilities.Tools];
        if (Has("image_input"))
            found.Add(ModelCapabilities.Vision);
        if (Has("thinking"))
            found.Add(ModelCapabilities.Thinking);
        return found;

        bool Has(string name) => capabilities.TryGetProperty(name, out var value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.Object => value.TryGetProperty("supported", out var supported) && supported.ValueKind == JsonValueKind.True,
            _ => false,
        };
    }

    private static string? TextOf(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? JsonText.ReadString(value) : null;
}
