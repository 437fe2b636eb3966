using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>Guesses metadata from a model's name, for models without any other description.</summary>
internal static class InferredModel
{
    private const int SafeContextLength = 32_768;
    private const int SafeEmbeddingLength = 4_096;

    private static readonly (string Word, string Family)[] Families =
    [
        ("llama", "llama"), ("mistral", "mistral"), ("mixtral", "mistral"), ("codestral", "mistral"), ("devstral", "mistral"), ("qwen", "qwen"),
        ("gemma", "gemma"), ("phi", "phi"), ("deepseek", "deepseek"), ("gpt-oss", "gptoss"), ("gpt", "gpt"), ("claude", "claude"), ("gemini", "gemini"),
        ("bert", "bert"), ("nomic", "nomic"), ("bge", "bert"),
    ];

    public static ModelMetadata FromName(string model)
    {
        var name = model.ToLowerInvariant();
        var family = Array.Find(Families, pair => name.Contains(pair.Word, StringComparison.Ordinal)).Family ?? "unknown";
        string[] capabilities = name.Contains("embed", StringComparison.Ordinal) || name.Contains("bge", StringComparison.Ordinal)
            ? [ModelCapabilities.Embedding]
            : [ModelCapabilities.Completion, ModelCapabilities.Tools];
        return new ModelMetadata(family, ReadSize(name), "", SafeContextLength, SafeEmbeddingLength, new ModelCapabilities(capabilities, AreCertain: false));
    }

    /// <summary>The first number with a "b" after it, as in <c>llama3.2:3b</c> or <c>qwen2.5-0.5b-instruct</c>.</summary>
    private static string ReadSize(string name)
    {
        for (var end = 1; end < name.Length; end++)
        {
            if (name[end] != 'b' || (end + 1 < name.Length && char.IsAsciiLetterOrDigit(name[end + 1])))
                continue;
            var start = end;
            while (start > 0 && (char.IsAsciiDigit(name[start - 1]) || name[start - 1] == '.'))
                start--;
            if (start < end && char.IsAsciiDigit(name[start]) && (start == 0 || !char.IsAsciiLetterOrDigit(name[start - 1])))
                return name[start..end] + "B";
        }

        return "";
    }
}
