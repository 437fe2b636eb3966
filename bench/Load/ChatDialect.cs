using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Dragoman.Bench.Load;

/// <summary>
/// Writes requests in a dialect and distinguishes a correct answer from one that was passed through, canned or cut off.
/// </summary>
internal abstract class ChatDialect
{
    /// <summary>OpenAI's chat as the upstream itself answers it.</summary>
    public static ChatDialect OpenAI { get; } = new OpenAIDialect(workload => workload.UpstreamName, leadingEvents: 1, trailingEvents: 2);

    /// <summary>OpenAI's chat with Dragoman, which calls the upstream in Anthropic's dialect. Usage has a separate event.</summary>
    public static ChatDialect OpenAIToAnthropic { get; } =
        new OpenAIDialect(workload => workload.NameToAnthropic, leadingEvents: 1, trailingEvents: 3) { AsksForUsage = true, SaysMaxTokens = true };

    /// <summary>OpenAI's chat with Portkey, which calls the upstream in Anthropic's dialect. A block's start becomes an empty event.</summary>
    public static ChatDialect OpenAIOfPortkey { get; } =
        new OpenAIDialect(workload => workload.UpstreamName, leadingEvents: 2, trailingEvents: 2) { SaysMaxTokens = true };

    /// <summary>Anthropic's Messages as the upstream itself answers them.</summary>
    public static ChatDialect Anthropic { get; } = new AnthropicDialect();

    public static ChatDialect Ollama { get; } = new OllamaDialect();

    public abstract string Path { get; }

    /// <summary>The number of line ends up to the end of the first token's event.</summary>
    public abstract int LinesToFirstToken { get; }

    /// <summary>The model's name for this dialect's contender.</summary>
    public abstract string ModelOf(Workload workload);

    /// <summary>The number of line ends in a complete stream of this many tokens.</summary>
    public abstract int LinesOf(int tokens);

    public byte[] Ask(Workload workload, string prompt, bool stream)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model", ModelOf(workload));
            json.WriteStartArray("messages");
            json.WriteStartObject();
            json.WriteString("role", "user");
            json.WriteString("content", prompt);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteBoolean("stream", stream);
            WriteOptions(json, workload, stream);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    /// <summary>The text of a whole answer.</summary>
    /// <exception cref="WrongAnswerException">The answer is in another dialect or has the wrong length.</exception>
    public string ReadWhole(ReadOnlyMemory<byte> body, Workload workload)
    {
        try
        {
            using var answer = JsonDocument.Parse(body);
            return ReadWhole(answer.RootElement, workload);
        }
        catch (Exception error) when (IsOfAnotherDialect(error))
        {
            throw new WrongAnswerException("the answer is not in the dialect that was asked for", body.Span, error);
        }
    }

    /// <summary>The text of a complete stream.</summary>
    /// <exception cref="WrongAnswerException">The stream is in another dialect.</exception>
    public string ReadStreamText(ReadOnlyMemory<byte> stream)
    {
        var text = new StringBuilder();
        foreach (var range in stream.Span.Split((byte)'\n'))
        {
            var line = stream[range];
            if (line.IsEmpty)
                continue;
            try
            {
                ReadLine(line, text);
            }
            catch (Exception error) when (IsOfAnotherDialect(error))
            {
                throw new WrongAnswerException("a line of the stream is not in the dialect that was asked for", line.Span, error);
            }
        }

        return text.ToString();
    }

    /// <summary>Whether a stream begins like this dialect's streams.</summary>
    public abstract bool IsBeginning(ReadOnlySpan<byte> start);

    /// <summary>Whether a stream ended well and reports the requested number of tokens.</summary>
    public abstract bool IsEnd(ReadOnlyMemory<byte> tail, Workload workload);

    protected static void Require(bool isRight, string what)
    {
        if (!isRight)
            throw new InvalidOperationException(what);
    }

    protected virtual void WriteOptions(Utf8JsonWriter json, Workload workload, bool stream)
    {
    }

    protected abstract string ReadWhole(JsonElement answer, Workload workload);

    protected abstract void ReadLine(ReadOnlyMemory<byte> line, StringBuilder text);

    private static bool IsOfAnotherDialect(Exception error) =>
        error is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException;
}
