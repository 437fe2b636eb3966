using System.Text.Json;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>The requests of a dialect's client, and how it distinguishes a complete stream from a failed one.</summary>
internal sealed record Dialect(string Name, string Path, string Body, string GoodEnd)
{
    public static readonly IReadOnlyList<Dialect> All =
    [
        new("ollama", "/api/chat", """{"model":"$MODEL","stream":$STREAM,"messages":[{"role":"user","content":"Say something"}]}""", "\"done\":true"),
        new("openai", "/v1/chat/completions", """{"model":"$MODEL","stream":$STREAM,"messages":[{"role":"user","content":"Say something"}]}""", "data: [DONE]"),
        new("responses", "/v1/responses", """{"model":"$MODEL","stream":$STREAM,"input":"Say something"}""", "event: response.completed"),
        new("anthropic", "/v1/messages", """{"model":"$MODEL","stream":$STREAM,"max_tokens":4096,"messages":[{"role":"user","content":"Say something"}]}""", "event: message_stop"),
    ];

    public static Dialect Of(string name) => All.Single(dialect => dialect.Name == name);

    /// <param name="model">The client's name for the model.</param>
    /// <param name="stream">Whether to stream the answer.</param>
    /// <param name="padding">The length of an unknown member that makes the body longer. Every dialect ignores it.</param>
    public HttpRequestMessage Request(string model, bool stream, int padding = 0) => Requests.Post(
        Path,
        Body.Replace("$MODEL", model, StringComparison.Ordinal).Replace("$STREAM", stream ? "true" : "false", StringComparison.Ordinal)
            .Replace("Say something", "Say something" + new string('.', padding), StringComparison.Ordinal));

    /// <summary>The message of an error of this dialect.</summary>
    public string ErrorMessage(JsonElement error) => Name == "ollama"
        ? error.GetProperty("error").GetString()!
        : error.GetProperty("error").GetProperty("message").GetString()!;

    /// <summary>Whether a stream ended with an error of this dialect.</summary>
    public bool EndsWithError(string stream)
    {
        var last = stream.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return !stream.Contains(GoodEnd, StringComparison.Ordinal) && Name switch
        {
            "ollama" => last.StartsWith("{\"error\":", StringComparison.Ordinal),
            "openai" => last.StartsWith("data: {\"error\":", StringComparison.Ordinal),
            "responses" => last.Contains("\"type\":\"response.failed\"", StringComparison.Ordinal) || last.Contains("\"type\":\"error\"", StringComparison.Ordinal),
            _ => last.StartsWith("data: {\"type\":\"error\"", StringComparison.Ordinal),
        };
    }

    public override string ToString() => Name;
}
