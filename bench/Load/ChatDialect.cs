using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Dragoman.Bench.Load;

/// <summary>
/// How to ask in a dialect, and how to tell a right answer in it from one that was passed through, canned or cut off.
/// </summary>
internal abstract class ChatDialect
{
    public static ChatDialect OpenAI { get; } = new OpenAIDialect();

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
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
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
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
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

    protected abstract string ReadWhole(JsonElement answer, Workload workload);

    protected abstract void ReadLine(ReadOnlyMemory<byte> line, StringBuilder text);

    private static void Require(bool isRight, string what)
    {
        if (!isRight)
            throw new InvalidOperationException(what);
    }

    private sealed class OpenAIDialect : ChatDialect
    {
        public override string Path => "/v1/chat/completions";

        // The role's event, its blank line, and the same for the token.
        public override int LinesToFirstToken => 4;

        public override string ModelOf(Workload workload) => workload.UpstreamName;

        // The role, the tokens, the finish and [DONE].
        public override int LinesOf(int tokens) => 2 * (tokens + 3);

        public override bool IsBeginning(ReadOnlySpan<byte> start) => start.StartsWith("data: {\"id\":"u8);

        public override bool IsEnd(ReadOnlyMemory<byte> tail, Workload workload) =>
            tail.Span.EndsWith("\n\ndata: [DONE]\n\n"u8)
            && tail.Span.IndexOf(Encoding.UTF8.GetBytes($"\"completion_tokens\":{workload.Tokens},")) >= 0;

        protected override string ReadWhole(JsonElement answer, Workload workload)
        {
            Require(answer.GetProperty("object").GetString() == "chat.completion", "object");
            Require(answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32() == workload.Tokens, "completion_tokens");
            return answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        }

        protected override void ReadLine(ReadOnlyMemory<byte> line, StringBuilder text)
        {
            Require(line.Span.StartsWith("data: "u8), "data");
            var data = line["data: ".Length..];
            if (data.Span.SequenceEqual("[DONE]"u8))
                return;
            using var chunk = JsonDocument.Parse(data);
            text.Append(chunk.RootElement.GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString());
        }
    }

    private sealed class OllamaDialect : ChatDialect
    {
        public override string Path => "/api/chat";

        public override int LinesToFirstToken => 1;

        public override string ModelOf(Workload workload) => workload.PublishedName;

        public override int LinesOf(int tokens) => tokens + 1;

        public override bool IsBeginning(ReadOnlySpan<byte> start)
        {
            var end = start.IndexOf((byte)'\n');
            return start.StartsWith("{\"model\":\"bench-"u8)
                && start[..Math.Max(end, 0)].IndexOf("\"message\":{\"role\":\"assistant\""u8) > 0;
        }

        public override bool IsEnd(ReadOnlyMemory<byte> tail, Workload workload)
        {
            if (!tail.Span.EndsWith("\n"u8))
                return false;
            var lines = tail[..^1];
            using var last = JsonDocument.Parse(lines[(lines.Span.LastIndexOf((byte)'\n') + 1)..]);
            return last.RootElement.TryGetProperty("done", out var done) && done.GetBoolean()
                && last.RootElement.GetProperty("done_reason").GetString() == "stop"
                && last.RootElement.GetProperty("eval_count").GetInt32() == workload.Tokens;
        }

        protected override string ReadWhole(JsonElement answer, Workload workload)
        {
            Require(answer.GetProperty("model").GetString() == workload.PublishedName, "model");
            Require(answer.GetProperty("done").GetBoolean(), "done");
            Require(answer.GetProperty("eval_count").GetInt32() == workload.Tokens, "eval_count");
            return answer.GetProperty("message").GetProperty("content").GetString()!;
        }

        protected override void ReadLine(ReadOnlyMemory<byte> line, StringBuilder text)
        {
            using var chunk = JsonDocument.Parse(line);
            Require(chunk.RootElement.GetProperty("created_at").GetDateTimeOffset() > DateTimeOffset.UnixEpoch, "created_at");
            text.Append(chunk.RootElement.GetProperty("message").GetProperty("content").GetString());
        }
    }
}
