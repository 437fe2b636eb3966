using System.Text.Json;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A client's dialect over a WebSocket: its requests, and the meaning of its messages.</summary>
internal sealed record SocketDialect(string Path)
{
    public static readonly SocketDialect OpenAI = new("/v1/chat/completions");
    public static readonly SocketDialect Ollama = new("/api/chat");
    public static readonly SocketDialect Responses = new("/v1/responses");

    public static readonly IReadOnlyList<SocketDialect> All = [OpenAI, Ollama, Responses];

    public static SocketDialect Of(string path) => All.Single(dialect => dialect.Path == path);

    public string Ask(string model, string text) => this == Responses
        ? $$"""{"type":"response.create","model":"{{model}}","input":"{{text}}"}"""
        : $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}]}""";

    /// <summary>Whether a message is the last one of a complete answer.</summary>
    public bool IsGoodEnd(JsonElement message)
    {
        if (this == Ollama)
            return message.TryGetProperty("done", out var done) && done.GetBoolean();
        return this == OpenAI ? Says(message, "object", "chat.completion.done") : Says(message, "type", "response.completed");
    }

    /// <summary>Whether a message is the last one of a failed answer, before or after it began.</summary>
    public bool IsBadEnd(JsonElement message) => this == Responses
        ? Says(message, "type", "response.failed") || (Says(message, "type", "error") && IsRefusal(message))
        : message.TryGetProperty("error", out _);

    /// <summary>Whether the answer failed before it began, so that the message has a status.</summary>
    public static bool IsRefusal(JsonElement message) => message.TryGetProperty("status", out _);

    public static string? TextOf(JsonElement message)
    {
        if (message.TryGetProperty("message", out var line) && line.ValueKind == JsonValueKind.Object)
            return line.GetProperty("content").GetString();
        if (message.TryGetProperty("choices", out var choices))
            return string.Concat(choices.EnumerateArray().Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : null));
        return message.TryGetProperty("delta", out var delta) ? delta.GetString() : null;
    }

    private static bool Says(JsonElement message, string member, string value) => message.TryGetProperty(member, out var found) && found.ValueEquals(value);
}
