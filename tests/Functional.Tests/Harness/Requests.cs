using System.Text;
using System.Text.Json;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>Requests as the dialects' clients write them.</summary>
internal static class Requests
{
    public const string Model = "mistral-small-latest";

    public static HttpRequestMessage OllamaChat(bool stream, string model = Model) => Post(
        "/api/chat", $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Say something"}]}""");

    public static HttpRequestMessage OpenAIChat(bool stream, string model = Model) => Post(
        "/v1/chat/completions",
        $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Say something"}]}""");

    public static HttpRequestMessage Post(string path, string body) =>
        new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            throw new InvalidDataException($"{(int)answer.StatusCode}, not JSON: {text}");
        }
    }

    public static string RequestId(this HttpResponseMessage answer) => answer.Headers.GetValues("X-Request-Id").Single();
}
