using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>Metadata of the providers' well-known models. A dated or numbered variant has the metadata of its line.</summary>
internal static class BuiltInModels
{
    private static readonly (string Prefix, ModelMetadata Metadata)[] Lines =
    [
        ("mistral-small", Chat("mistral", 131_072, "24B", ModelCapabilities.Vision, ModelCapabilities.Thinking)),
        ("mistral-medium", Chat("mistral", 131_072, "", ModelCapabilities.Vision)),
        ("mistral-large", Chat("mistral", 131_072, "", ModelCapabilities.Vision)),
        ("ministral-3b", Chat("mistral", 131_072, "3B")),
        ("ministral-8b", Chat("mistral", 131_072, "8B")),
        ("magistral", Chat("mistral", 131_072, "", ModelCapabilities.Thinking)),
        ("codestral-embed", Embedding("mistral", 8_192, 1_536)),
        ("codestral", Chat("mistral", 262_144, "22B", ModelCapabilities.Insert)),
        ("devstral", Chat("mistral", 262_144, "24B")),
        ("pixtral", Chat("mistral", 131_072, "", ModelCapabilities.Vision)),
        ("mistral-embed", Embedding("mistral", 8_192, 1_024)),
        ("claude-3-7", Chat("claude", 200_000, "", ModelCapabilities.Vision, ModelCapabilities.Thinking)),
        ("claude-3", Chat("claude", 200_000, "", ModelCapabilities.Vision)),
        ("claude", Chat("claude", 200_000, "", ModelCapabilities.Vision, ModelCapabilities.Thinking)),
        ("gpt-4o", Chat("gpt", 128_000, "", ModelCapabilities.Vision)),
        ("gpt-4.1", Chat("gpt", 1_047_576, "", ModelCapabilities.Vision)),
        ("gpt-5", Chat("gpt", 400_000, "", ModelCapabilities.Vision, ModelCapabilities.Thinking)),
        ("gpt-oss", Chat("gptoss", 131_072, "", ModelCapabilities.Thinking)),
        ("o3", Chat("gpt", 200_000, "", ModelCapabilities.Vision, ModelCapabilities.Thinking)),
        ("o4-mini", Chat("gpt", 200_000, "", ModelCapabilities.Vision, ModelCapabilities.Thinking)),
        ("text-embedding-3-small", Embedding("gpt", 8_191, 1_536)),
        ("text-embedding-3-large", Embedding("gpt", 8_191, 3_072)),
        ("text-embedding-ada-002", Embedding("gpt", 8_191, 1_536)),
    ];

    public static ModelMetadata? Find(string model)
    {
        foreach (var (prefix, metadata) in Lines)
        {
            if (model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (model.Length == prefix.Length || model[prefix.Length] is '-' or '.' or ':'))
                return metadata;
        }

        return null;
    }

    private static ModelMetadata Chat(string family, int contextLength, string parameterSize, params string[] more) => new(
        family, parameterSize, "", contextLength, 4_096, new ModelCapabilities([ModelCapabilities.Completion, ModelCapabilities.Tools, .. more], AreCertain: true));

    private static ModelMetadata Embedding(string family, int contextLength, int length) => new(
        family, "", "", contextLength, length, new ModelCapabilities([ModelCapabilities.Embedding], AreCertain: true));
}
