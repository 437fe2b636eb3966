using System.Text;
using System.Text.Json;

namespace Dragoman.Bench.Soak;

/// <summary>A generation endpoint: its requests and the end of its successful streams.</summary>
/// <param name="Path">The endpoint's path.</param>
/// <param name="EndMark">A text that occurs only in the last line or event of a stream that ended well.</param>
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

    /// <param name="model">The model's name.</param>
    /// <param name="stream">Whether to stream the answer.</param>
    /// <param name="number">A number that makes the question unique.</param>
    /// <param name="isLong">Whether the prompt has 80 KB.</param>
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

    /// <summary>A request that must be rejected.</summary>
    public static byte[] BadRequest(int kind) => Encoding.UTF8.GetBytes((kind % 4) switch
    {
        0 => "{\"model\":",
        1 => "{\"model\":\"nobody-has-this\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}],\"prompt\":\"?\",\"input\":\"?\",\"max_tokens\":9}",
        2 => "{\"model\":\"fast-mistral\",\"messages\":7,\"prompt\":7,\"input\":7,\"max_tokens\":9}",
        _ => "",
    });
}
