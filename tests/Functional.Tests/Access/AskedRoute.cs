using System.Text;
using System.Text.Json;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>A route of a client's API with a good request.</summary>
internal sealed record AskedRoute(string Method, string Path, string? Body, string Api)
{
    private const string Model = Harness.Requests.Model;
    private const string Messages = """ "messages":[{"role":"user","content":"Say something"}] """;

    /// <summary>Every route of the three APIs, streamed and not.</summary>
    public static readonly IReadOnlyList<AskedRoute> All =
    [
        new("GET", "/api/tags", null, "ollama"),
        new("GET", "/api/ps", null, "ollama"),
        new("GET", "/api/version", null, "ollama"),
        new("POST", "/api/show", $$"""{"model":"{{Model}}"}""", "ollama"),
        new("POST", "/api/chat", $$"""{"model":"{{Model}}","stream":true,{{Messages}}}""", "ollama"),
        new("POST", "/api/chat", $$"""{"model":"{{Model}}","stream":false,{{Messages}}}""", "ollama"),
        new("POST", "/api/generate", $$"""{"model":"{{Model}}","stream":true,"prompt":"Say something"}""", "ollama"),
        new("POST", "/api/generate", $$"""{"model":"{{Model}}","stream":false,"prompt":"Say something"}""", "ollama"),
        new("POST", "/api/embed", """{"model":"mistral-embed","input":"words"}""", "ollama"),
        new("POST", "/api/embeddings", """{"model":"mistral-embed","prompt":"words"}""", "ollama"),
        new("POST", "/api/pull", $$"""{"model":"{{Model}}"}""", "ollama"),
        new("POST", "/api/push", $$"""{"model":"{{Model}}"}""", "ollama"),
        new("POST", "/api/create", """{"model":"mine"}""", "ollama"),
        new("POST", "/api/copy", """{"source":"a","destination":"b"}""", "ollama"),
        new("DELETE", "/api/delete", $$"""{"model":"{{Model}}"}""", "ollama"),
        new("GET", "/api/status", null, "ollama"),
        new("POST", "/api/experimental/web_search", """{"query":"words"}""", "ollama"),
        new("POST", "/api/experimental/web_fetch", """{"url":"https://example.com"}""", "ollama"),
        new("GET", "/api/experimental/model-recommendations", null, "ollama"),
        new("POST", "/v1/chat/completions", $$"""{"model":"{{Model}}","stream":true,{{Messages}}}""", "openai"),
        new("POST", "/v1/chat/completions", $$"""{"model":"{{Model}}","stream":false,{{Messages}}}""", "openai"),
        new("POST", "/v1/completions", $$"""{"model":"{{Model}}","stream":true,"prompt":"Say something"}""", "openai"),
        new("POST", "/v1/completions", $$"""{"model":"{{Model}}","stream":false,"prompt":"Say something"}""", "openai"),
        new("POST", "/v1/responses", $$"""{"model":"{{Model}}","stream":true,"input":"Say something"}""", "openai"),
        new("POST", "/v1/responses", $$"""{"model":"{{Model}}","stream":false,"input":"Say something"}""", "openai"),
        new("POST", "/v1/responses/input_tokens", $$"""{"model":"{{Model}}","input":"Say something"}""", "openai"),
        new("GET", "/v1/responses/resp_1", null, "openai"),
        new("POST", "/v1/embeddings", """{"model":"mistral-embed","input":"words"}""", "openai"),
        new("GET", "/v1/models", null, "openai"),
        new("GET", $"/v1/models/{Model}", null, "openai"),
        new("POST", "/v1/audio/transcriptions", "{}", "openai"),
        new("POST", "/v1/messages", $$"""{"model":"{{Model}}","stream":true,"max_tokens":4096,{{Messages}}}""", "anthropic"),
        new("POST", "/v1/messages", $$"""{"model":"{{Model}}","stream":false,"max_tokens":4096,{{Messages}}}""", "anthropic"),
        new("POST", "/v1/messages/count_tokens", $$"""{"model":"{{Model}}",{{Messages}}}""", "anthropic"),
    ];

    /// <summary>The indexes in <see cref="All"/>, for theories.</summary>
    public static TheoryData<int, string> Numbered
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var (index, route) in All.Index())
                data.Add(index, route.ToString());
            return data;
        }
    }

    public HttpRequestMessage Request() => new(new HttpMethod(Method), Path)
    {
        Content = Body is null ? null : new StringContent(Body, Encoding.UTF8, "application/json"),
    };

    /// <summary>Checks that an error has the form of the API, and returns its message.</summary>
    /// <param name="body">The body of the answer.</param>
    /// <param name="place">Where the key was: lists of models are for two APIs, and Anthropic's clients are known by its header.</param>
    public string MessageOf(string body, CredentialPlace? place = null)
    {
        var error = JsonElement.Parse(body);
        switch (place?.Name == "x-api-key" && Path.StartsWith("/v1/models", StringComparison.Ordinal) ? "anthropic" : Api)
        {
            case "ollama":
                return error.GetProperty("error").GetString()!;
            case "anthropic":
                Assert.Equal("error", error.GetProperty("type").GetString());
                Assert.False(string.IsNullOrEmpty(error.GetProperty("error").GetProperty("type").GetString()));
                break;
            default:
                Assert.True(error.GetProperty("error").TryGetProperty("code", out _));
                break;
        }

        return error.GetProperty("error").GetProperty("message").GetString()!;
    }

    public override string ToString() => $"{Method} {Path}{(Body?.Contains("\"stream\":true", StringComparison.Ordinal) == true ? " streamed" : "")}";
}
