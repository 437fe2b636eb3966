using System.Text;
using System.Text.Json;

namespace Dragoman.Bench.Load;

/// <summary>Ollama's chat.</summary>
internal sealed class OllamaDialect : ChatDialect
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
