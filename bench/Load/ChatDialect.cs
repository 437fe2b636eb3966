using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Dragoman.Bench.Load;

/// <summary>
/// How to ask in a dialect, and how to tell a right answer in it from one that was passed through, canned or cut off.
/// </summary>
internal abstract class ChatDialect
{
    /// <summary>OpenAI's chat as the upstream itself speaks it.</summary>
    public static ChatDialect OpenAI { get; } = new OpenAIDialect(workload => workload.UpstreamName, leadingEvents: 1, trailingEvents: 2);

    /// <summary>OpenAI's chat with Dragoman, which asks the upstream in Anthropic's: usage comes in an event of its own.</summary>
    public static ChatDialect OpenAIToAnthropic { get; } =
        new OpenAIDialect(workload => workload.NameToAnthropic, leadingEvents: 1, trailingEvents: 3) { AsksForUsage = true, SaysMaxTokens = true };

    /// <summary>OpenAI's chat with Portkey, which asks the upstream in Anthropic's: the opening of a block becomes an empty event.</summary>
    public static ChatDialect OpenAIOfPortkey { get; } =
        new OpenAIDialect(workload => workload.UpstreamName, leadingEvents: 2, trailingEvents: 2) { SaysMaxTokens = true };

    /// <summary>Anthropic's messages as the upstream itself speaks them.</summary>
    public static ChatDialect Anthropic { get; } = new AnthropicDialect();

    public static ChatDialect Ollama { get; } = new OllamaDialect();

    public abstract string Path { get; }

    /// <summary>Line ends that come before the first token has come whole.</summary>
    public abstract int LinesToFirstToken { get; }

    /// <summary>The model's name as this dialect's contender knows it.</summary>
    public abstract string ModelOf(Workload workload);

    /// <summary>Line ends in a whole stream of so many tokens.</summary>
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
    /// <exception cref="WrongAnswerException">It is not this dialect's, or not the right length.</exception>
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

    /// <summary>The text of a stream that was kept whole.</summary>
    /// <exception cref="WrongAnswerException">It is not this dialect's.</exception>
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

    /// <summary>Whether a stream begins as this dialect's does.</summary>
    public abstract bool IsBeginning(ReadOnlySpan<byte> start);

    /// <summary>Whether a stream ended well and says that it had so many tokens.</summary>
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
