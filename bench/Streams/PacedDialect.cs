using System.Text;

namespace Dragoman.Bench.Streams;

/// <summary>The requests for paced streams in a dialect, and the form of their lines.</summary>
internal sealed class PacedDialect
{
    private readonly byte[] lineStart;
    private readonly byte[] endMark;

    private PacedDialect(string name, string path, string lineStart, string endMark)
    {
        Name = name;
        Path = path;
        this.lineStart = Encoding.ASCII.GetBytes(lineStart);
        this.endMark = Encoding.ASCII.GetBytes(endMark);
    }

    public static PacedDialect OpenAI { get; } = new("openai", "/v1/chat/completions", "data: ", "data: [DONE]");

    public static PacedDialect Ollama { get; } = new("ollama", "/api/chat", "{\"model\":\"", "\"done\":true");

    public string Name { get; }

    public string Path { get; }

    public static PacedDialect Of(string name) => name == OpenAI.Name ? OpenAI : Ollama;

    /// <param name="address">The entrance's address.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="headers">Complete header lines besides the usual ones.</param>
    public byte[] Request(Uri address, string model, IReadOnlyList<string> headers)
    {
        var body = $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Count the seconds."}],"stream":true}""";
        var more = string.Concat(headers.Select(header => header + "\r\n"));
        return Encoding.ASCII.GetBytes(
            $"POST {Path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer bench\r\n{more}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    public bool IsLine(ReadOnlySpan<byte> line) => line.StartsWith(lineStart);

    public bool IsEnd(ReadOnlySpan<byte> line) => line.IndexOf(endMark) >= 0;
}
