using System.Text;
using System.Text.Json;

namespace Dragoman.Bench.Load;

/// <summary>OpenAI's chat completions. Servers differ in the number of events before and after a stream's tokens.</summary>
/// <param name="modelOf">The model's name for the server.</param>
/// <param name="leadingEvents">The number of events before the first token's.</param>
/// <param name="trailingEvents">The number of events after the last token's, including <c>[DONE]</c>.</param>
internal sealed class OpenAIDialect(Func<Workload, string> modelOf, int leadingEvents, int trailingEvents) : ChatDialect
{
    private const int LinesOfEvent = 2;

    /// <summary>Whether to ask for a stream's usage, which other servers send without being asked.</summary>
    public bool AsksForUsage { get; init; }

    /// <summary>Whether to send the limit for the answer, which Anthropic requires.</summary>
    public bool SaysMaxTokens { get; init; }

    public override string Path => "/v1/chat/completions";

    public override int LinesToFirstToken => LinesOfEvent * (leadingEvents + 1);

    public override string ModelOf(Workload workload) => modelOf(workload);

    public override int LinesOf(int tokens) => LinesOfEvent * (leadingEvents + tokens + trailingEvents);

    public override bool IsBeginning(ReadOnlySpan<byte> start) => start.StartsWith("data: {\"id\":"u8);

    public override bool IsEnd(ReadOnlyMemory<byte> tail, Workload workload) =>
        tail.Span.EndsWith("\n\ndata: [DONE]\n\n"u8)
        && tail.Span.IndexOf(Encoding.UTF8.GetBytes($"\"completion_tokens\":{workload.Tokens},")) >= 0;

    protected override void WriteOptions(Utf8JsonWriter json, Workload workload, bool stream)
    {
        if (SaysMaxTokens)
            json.WriteNumber("max_tokens", 2 * workload.Tokens);
        if (!AsksForUsage || !stream)
            return;
        json.WriteStartObject("stream_options");
        json.WriteBoolean("include_usage", true);
        json.WriteEndObject();
    }

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
        Require(chunk.RootElement.GetProperty("object").GetString() == "chat.completion.chunk", "object");
        foreach (var choice in chunk.RootElement.GetProperty("choices").EnumerateArray())
        {
            if (choice.GetProperty("delta").TryGetProperty("content", out var content))
                text.Append(content.GetString());
        }
    }
}
