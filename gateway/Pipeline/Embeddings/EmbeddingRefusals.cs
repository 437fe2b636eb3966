using Dragoman.Conversation;

namespace Dragoman.Pipeline.Embeddings;

/// <summary>Classifies refusals by their words, because every server answers with a 400 without a specific code (specs/dialects.md 4.1).</summary>
internal static class EmbeddingRefusals
{
    private static readonly string[] TogetherPhrases =
        ["more batches", "too many inputs", "too many tokens", "too many texts", "too many items", "batch size", "array too long", "tokens per request"];

    private static readonly string[] ExcessWords = ["exceed", "too long", "too large", "larger than", "less than", "maximum"];

    private static readonly string[] LengthWords = ["token", "context", "input length", "batch size", "sequence"];

    public static EmbeddingRefusal Classify(GatewayError error) => error.Kind switch
    {
        ErrorKind.InvalidRequest when IsAbout(error, ["dimension"]) => EmbeddingRefusal.Dimensions,
        ErrorKind.TooLarge => EmbeddingRefusal.TooManyTogether,
        ErrorKind.InvalidRequest or ErrorKind.ContextTooLong when IsAbout(error, TogetherPhrases) => EmbeddingRefusal.TooManyTogether,
        ErrorKind.ContextTooLong => EmbeddingRefusal.TextTooLong,
        ErrorKind.InvalidRequest when IsTooLong(error) => EmbeddingRefusal.TextTooLong,
        // llama.cpp reports this with status 500.
        ErrorKind.UpstreamFailed when Says(error.Message, ["too large to process"]) => EmbeddingRefusal.TextTooLong,
        _ => EmbeddingRefusal.Other,
    };

    private static bool IsTooLong(GatewayError error) =>
        (error.Field is null || error.Field.StartsWith("input", StringComparison.OrdinalIgnoreCase))
        && Says(error.Message, ExcessWords)
        && Says(error.Message, LengthWords);

    private static bool IsAbout(GatewayError error, string[] phrases) => Says(error.Message, phrases) || (error.Field is { } field && Says(field, phrases));

    private static bool Says(string text, string[] phrases) => Array.Exists(phrases, phrase => text.Contains(phrase, StringComparison.OrdinalIgnoreCase));
}
