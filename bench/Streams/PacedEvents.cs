using System.Text;

namespace Dragoman.Bench.Streams;

/// <summary>The prepared bytes of a paced stream, without each token's number and time.</summary>
internal sealed class PacedEvents
{
    /// <summary>The path under which Anthropic's messages are answered.</summary>
    public const string AnthropicPath = "/anthropic/v1";

    private readonly Func<int, string> end;

    private PacedEvents(string opening, string token, Func<int, string> end)
    {
        Opening = Bytes(opening);
        Token = Bytes(token);
        TokenAt = Token.AsSpan().IndexOf((byte)'#');
        this.end = end;
    }

    /// <summary>The events of OpenAI's chat.</summary>
    public static PacedEvents OpenAI { get; } = new(
        Chunk("""{"role":"assistant","content":""}""", "null", ""),
        Chunk($$"""{"content":"{{Space}}"}""", "null", ""),
        tokens => Chunk("""{"content":""}""", "\"stop\"", $$""","usage":{"prompt_tokens":8,"completion_tokens":{{tokens}},"total_tokens":{{tokens + 8}}}""") + "data: [DONE]\n\n");

    /// <summary>The events of Anthropic's messages.</summary>
    public static PacedEvents Anthropic { get; } = new(
        Named("""{"type":"message_start","message":{"model":"paced","id":"msg_paced","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":8,"output_tokens":1}}}""")
            + Named("""{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
        Named($$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{Space}}}"}}"""),
        tokens => Named("""{"type":"content_block_stop","index":0}""")
            + Named($$$"""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":8,"output_tokens":{{{tokens}}}}}""")
            + Named("""{"type":"message_stop"}"""));

    public byte[] Opening { get; }

    /// <summary>A token's event, with space for a <see cref="PacedToken"/>.</summary>
    public byte[] Token { get; }

    /// <summary>The offset of that space.</summary>
    public int TokenAt { get; }

    private static string Space => new('#', PacedToken.Length);

    public static PacedEvents OfPath(string path) => path.StartsWith(AnthropicPath, StringComparison.Ordinal) ? Anthropic : OpenAI;

    public byte[] EndAfter(int tokens) => Bytes(end(tokens));

    private static string Chunk(string delta, string finish, string usage) =>
        $$"""data: {"id":"chatcmpl-paced","object":"chat.completion.chunk","created":1760000000,"model":"paced","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]{{usage}}}""" + "\n\n";

    private static string Named(string data)
    {
        const string beforeName = "{\"type\":\"";
        var name = data[beforeName.Length..data.IndexOf('"', beforeName.Length)];
        return $"event: {name}\ndata: {data}\n\n";
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
