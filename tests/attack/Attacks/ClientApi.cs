using System.Text.Json;

namespace Dragoman.Attack.Attacks;

/// <summary>An endpoint for clients that calls a provider.</summary>
/// <param name="Path">The endpoint's path.</param>
/// <param name="Template">The smallest body, with MODEL, STREAM and TEXT in place of JSON values.</param>
internal sealed record ClientApi(string Path, string Template)
{
    public static readonly ClientApi OllamaChat = new("/api/chat", """{"model":MODEL,"stream":STREAM,"messages":[{"role":"user","content":TEXT}]}""");
    public static readonly ClientApi OllamaGenerate = new("/api/generate", """{"model":MODEL,"stream":STREAM,"prompt":TEXT}""");
    public static readonly ClientApi OllamaEmbed = new("/api/embed", """{"model":MODEL,"input":TEXT}""");
    public static readonly ClientApi Chat = new("/v1/chat/completions", """{"model":MODEL,"stream":STREAM,"messages":[{"role":"user","content":TEXT}]}""");
    public static readonly ClientApi Completions = new("/v1/completions", """{"model":MODEL,"stream":STREAM,"prompt":TEXT}""");
    public static readonly ClientApi Responses = new("/v1/responses", """{"model":MODEL,"stream":STREAM,"input":TEXT}""");
    public static readonly ClientApi Messages = new("/v1/messages", """{"model":MODEL,"stream":STREAM,"max_tokens":64,"messages":[{"role":"user","content":TEXT}]}""");
    public static readonly ClientApi MessageCount = new("/v1/messages/count_tokens", """{"model":MODEL,"messages":[{"role":"user","content":TEXT}]}""");
    public static readonly ClientApi Embeddings = new("/v1/embeddings", """{"model":MODEL,"input":TEXT}""");

    public static readonly IReadOnlyList<ClientApi> Generating = [OllamaChat, OllamaGenerate, Chat, Completions, Responses, Messages];

    public static readonly IReadOnlyList<ClientApi> All = [.. Generating, OllamaEmbed, MessageCount, Embeddings];

    public string Body(string model, bool stream = false, string text = "hi") => Template
        .Replace("MODEL", JsonSerializer.Serialize(model), StringComparison.Ordinal)
        .Replace("STREAM", stream ? "true" : "false", StringComparison.Ordinal)
        .Replace("TEXT", JsonSerializer.Serialize(text), StringComparison.Ordinal);
}
