using System.Text;
using System.Text.Json;

namespace Dragoman.Bench.Load;

/// <summary>Anthropic's Messages API, at the emulator's path.</summary>
internal sealed class AnthropicDialect : ChatDialect
{
    private const int LinesOfEvent = 3;

    /// <summary><c>message_start</c>, <c>content_block_start</c> and <c>ping</c>.</summary>
    private const int LeadingEvents = 3;

    /// <summary><c>content_block_stop</c>, <c>message_delta</c> and <c>message_stop</c>.</summary>
    private const int TrailingEvents = 3;

    public override string Path => "/anthropic/v1/messages";

    public override int LinesToFirstToken => LinesOfEvent * (LeadingEvents + 1);

    public override string ModelOf(Workload workload) => workload.UpstreamName;

    public override int LinesOf(int tokens) => LinesOfEvent * (LeadingEvents + tokens + TrailingEvents);

    public override bool IsBeginning(ReadOnlySpan<byte> start) => start.StartsWith("event: message_start\ndata: {"u8);

    public override bool IsEnd(ReadOnlyMemory<byte> tail, Workload workload) =>
        tail.Span.EndsWith("\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8)
        && tail.Span.IndexOf(Encoding.UTF8.GetBytes($"\"output_tokens\":{workload.Tokens},")) >= 0;

    protected override void WriteOptions(Utf8JsonWriter json, Workload workload, bool stream) =>
        json.WriteNumber("max_tokens", 2 * workload.Tokens);

    protected override string ReadWhole(JsonElement answer, Workload workload)
    {
        Require(answer.GetProperty("type").GetString() == "message", "type");
        Require(answer.GetProperty("usage").GetProperty("output_tokens").GetInt32() == workload.Tokens, "output_tokens");
        return answer.GetProperty("content")[0].GetProperty("text").GetString()!;
    }

    protected override void ReadLine(ReadOnlyMemory<byte> line, StringBuilder text)
    {
        if (line.Span.StartsWith("event: "u8))
            return;
        Require(line.Span.StartsWith("data: "u8), "data");
        using var data = JsonDocument.Parse(line["data: ".Length..]);
        if (data.RootElement.GetProperty("type").GetString() == "content_block_delta")
            text.Append(data.RootElement.GetProperty("delta").GetProperty("text").GetString());
    }
}
