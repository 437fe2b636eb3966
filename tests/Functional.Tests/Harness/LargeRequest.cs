using System.Text;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A request with a body of a given size.</summary>
/// <param name="Path">The endpoint's path.</param>
/// <param name="Body">The body as JSON.</param>
internal sealed record LargeRequest(string Path, byte[] Body)
{
    /// <summary>Any text would do. This one has characters that need escapes.</summary>
    private const string Line = "The quick brown fox, jumps over\\n the lazy dog. ";

    /// <summary>The forms of a long text or a large picture in three APIs.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["ollama-text", "ollama-image", "chat-text", "chat-image", "messages-text", "messages-image"];

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="provider">The provider of the model.</param>
    /// <param name="bytes">The approximate length of the body.</param>
    public static LargeRequest Of(string kind, string provider, int bytes)
    {
        var isText = kind.EndsWith("-text", StringComparison.Ordinal);
        var large = isText ? string.Concat(Enumerable.Repeat(Line, bytes / Line.Length)) : Picture(bytes);
        var (path, content) = kind switch
        {
            "ollama-text" or "chat-text" or "messages-text" => (PathOf(kind), $"\"content\":\"{large}\""),
            "ollama-image" => ("/api/chat", $"\"content\":\"x\",\"images\":[\"{large}\"]"),
            "chat-image" => ("/v1/chat/completions", $"\"content\":[{{\"type\":\"image_url\",\"image_url\":{{\"url\":\"data:image/png;base64,{large}\"}}}}]"),
            "messages-image" => ("/v1/messages", $"\"content\":[{{\"type\":\"image\",\"source\":{{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"{large}\"}}}}]"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no such kind"),
        };
        var limit = path == "/v1/messages" ? "\"max_tokens\":5," : "";
        return new LargeRequest(path, Encoding.ASCII.GetBytes($"{{\"model\":\"{provider}/m\",\"stream\":false,{limit}\"messages\":[{{\"role\":\"user\",{content}}}]}}"));
    }

    public HttpRequestMessage ToMessage()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(Body) };
        request.Content.Headers.ContentType = new("application/json");
        if (Path == "/v1/messages")
            request.Headers.Add("anthropic-version", "2023-06-01");
        return request;
    }

    private static string PathOf(string kind) => kind switch
    {
        "ollama-text" => "/api/chat",
        "chat-text" => "/v1/chat/completions",
        _ => "/v1/messages",
    };

    private static string Picture(int bytes)
    {
        var picture = new byte[bytes / 4 * 3];
        new Random(1).NextBytes(picture);
        ((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]).CopyTo(picture);
        return Convert.ToBase64String(picture);
    }
}
