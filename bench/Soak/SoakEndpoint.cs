using System.Text;
using System.Text.Json;

namespace Dragoman.Bench.Soak;

/// <summary>One of the endpoints that generate: how it is asked, and how its good streams end.</summary>
/// <param name="Path">Of the endpoint.</param>
/// <param name="EndMark">Stands in the last line or event of every stream that ended well, and only there.</param>
internal sealed record SoakEndpoint(string Path, string EndMark)
{
    private static readonly string LongText = string.Concat(Enumerable.Repeat("Lorem ipsum dolor sit amet, consectetur. ", 2000));

    public static readonly IReadOnlyList<SoakEndpoint> All =
    [
        new("/api/chat", "\"done\":true"),
        new("/api/generate", "\"done\":true"),
        new("/v1/chat/completions", "data: [DONE]"),
        new("/v1/completions", "data: [DONE]"),
        new("/v1/responses", "\"type\":\"response.completed\""),
        new("/v1/messages", "\"type\":\"message_stop\""),
    ];

    /// <param name="model">To ask.</param>
    /// <param name="stream">Or whole.</param>
    /// <param name="number">Makes the question one of its own.</param>
    /// <param name="isLong">With a prompt of 80 KB.</param>
    public byte[] Request(string model, bool stream, long number, bool isLong)
    {
        var text = $"Question {number}: what comes next? {(isLong ? LongText : "")}";
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteBoolean("stream", stream);
            switch (Path)
            {
                case "/api/generate" or "/v1/completions":
                    json.WriteString("prompt", text);
                    break;
                case "/v1/responses":
                    json.WriteString("input", text);
                    break;
                default:
                    json.WriteStartArray("messages");
                    json.WriteStartObject();
                    json.WriteString("role", "user");
                    json.WriteString("content", text);
                    json.WriteEndObject();
                    json.WriteEndArray();
                    break;
            }

            if (Path == "/v1/messages")
                json.WriteNumber("max_tokens", 100_000);
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    /// <summary>A request that has to be refused.</summary>
    public static byte[] BadRequest(int kind) => Encoding.UTF8.GetBytes((kind % 4) switch
    {
        0 => "{\"model\":",
        1 => "{\"model\":\"nobody-has-this\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}],\"prompt\":\"?\",\"input\":\"?\",\"max_tokens\":9}",
        2 => "{\"model\":\"fast-mistral\",\"messages\":7,\"prompt\":7,\"input\":7,\"max_tokens\":9}",
        _ => "",
    });
}
