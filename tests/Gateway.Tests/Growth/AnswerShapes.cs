using System.Text;
using static Dragoman.Gateway.Tests.Growth.RequestShapes;

namespace Dragoman.Gateway.Tests.Growth;

/// <summary>Providers' answers with a large number of one thing. A compatible server may be hostile.</summary>
internal static class AnswerShapes
{
    private const int Ordinary = 4096;

    private const string Ask = """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}],"input":"hi"}""";

    private const string Chunk = "data: {\"id\":\"x\",\"choices\":[{\"index\":0,";
    private const string ChatEnd = "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

    /// <summary>The name, the provider, the smaller count, the bytes per read (0 for a whole body), the client's request, and the answer's writer.</summary>
    public static readonly IReadOnlyList<(string Name, string Provider, int Count, int ReadSize, Func<int, string> Asked, Func<int, string> Answer)> All =
    [
        ("text deltas", "compatible", 2000, Ordinary, _ => Ask, n => Lines(n, _ => $"{Chunk}\"delta\":{{\"content\":\"word \"}}}}]}}\n\n") + ChatEnd),
        ("text deltas in one read", "compatible", 2000, int.MaxValue, _ => Ask, n => Lines(n, _ => $"{Chunk}\"delta\":{{\"content\":\"word \"}}}}]}}\n\n") + ChatEnd),
        ("text deltas byte by byte", "compatible", 500, 1, _ => Ask, n => Lines(n, _ => $"{Chunk}\"delta\":{{\"content\":\"word \"}}}}]}}\n\n") + ChatEnd),
        ("one event in small reads", "compatible", 200_000, 512, _ => Ask, n => $"{Chunk}\"delta\":{{\"content\":\"{new string('x', n)}\"}}}}]}}\n\n" + ChatEnd),
        ("events joined by one line end", "compatible", 1000, Ordinary, _ => Ask, n => Lines(n, _ => $"{Chunk}\"delta\":{{\"content\":\"word \"}}}}]}}\n") + "\n" + ChatEnd),
        ("calls", "compatible", 500, Ordinary, _ => Ask, n => Lines(n, i => CallPiece(i, $"\"id\":\"c{i}\",", "f", "{}")) + ChatEnd),
        ("pieces of calls by turns", "compatible", 500, Ordinary, _ => Ask, n =>
            Lines(n, i => CallPiece(i, $"\"id\":\"c{i}\",", "f", "{\\\"a\\\":\\\"")) + Lines(n, i => CallPiece(i, $"\"id\":\"c{i}\",", null, "b\\\"}")) + ChatEnd),
        ("calls without indices", "compatible", 500, Ordinary, _ => Ask, n => Lines(n, i => CallPiece(null, $"\"id\":\"c{i}\",", "f", "{}")) + ChatEnd),
        ("calls of many tools with free text", "compatible", 500, Ordinary,
            n => $$"""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}],"input":"hi","tools":[{{Repeat(n, i => $"{{\"type\":\"custom\",\"name\":\"t{i}\",\"custom\":{{\"name\":\"t{i}\"}}}}")}}]}""",
            n => Lines(n, i => CallPiece(i, $"\"id\":\"c{i}\",", $"t{i}", "{\\\"input\\\":\\\"x\\\"}")) + ChatEnd),
        ("log probabilities without text", "compatible", 1000, Ordinary, _ => Ask, n =>
            Lines(n, i => $"{Chunk}\"delta\":{{}},\"logprobs\":{{\"content\":[{{\"token\":\"t\",\"logprob\":-{i},\"bytes\":null,\"top_logprobs\":[]}}]}}}}]}}\n\n") + ChatEnd),
        ("an answer with stop words", "responses", 1000, Ordinary,
            n => $$"""{"model":"m","messages":[{"role":"user","content":"hi"}],"stop":[{{Repeat(Math.Min(n / 4, 1000), i => $"\"stop word number {i}\"")}}]}""",
            n => Lines(n, i => $"data: {{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"stop word numbe\"}}\n\n")
                + "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"completed\",\"output\":[]}}\n\n"),
        ("choices", "compatible", 250, 0, _ => Ask, n => $"{{\"id\":\"x\",\"choices\":[{Repeat(n, i => $"{{\"index\":{i % 128},\"message\":{{\"content\":\"a\"}},\"finish_reason\":\"stop\"}}")}]}}"),
        ("blocks", "anthropic", 500, Ordinary, _ => Ask, n => Named("message_start", "\"message\":{\"id\":\"m\",\"content\":[]}")
            + Lines(n, i => Named("content_block_start", $"\"index\":{i},\"content_block\":{{\"type\":\"tool_use\",\"id\":\"c{i}\",\"name\":\"f\",\"input\":{{}}}}"))
            + Lines(n, i => Named("content_block_delta", $"\"index\":{i},\"delta\":{{\"type\":\"input_json_delta\",\"partial_json\":\"{{}}\"}}"))
            + Named("message_delta", "\"delta\":{\"stop_reason\":\"tool_use\"}") + Named("message_stop", "\"x\":1")),
        ("blocks of a body", "anthropic", 500, 0, _ => Ask, n => $$"""{"type":"message","id":"m","content":[{{Repeat(n, i => $"{{\"type\":\"text\",\"text\":\"t{i}\"}}")}}],"stop_reason":"end_turn"}"""),
        ("a signature in pieces", "anthropic", 1000, Ordinary, _ => Ask, n => Named("message_start", "\"message\":{\"id\":\"m\",\"content\":[]}")
            + Named("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}")
            + Lines(n, _ => Named("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}"))
            + Named("content_block_stop", "\"index\":0") + Named("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"}") + Named("message_stop", "\"x\":1")),
        ("parts", "gemini", 2000, Ordinary, _ => Ask, n => $"data: {{\"candidates\":[{{\"content\":{{\"parts\":[{Repeat(n, i => $"{{\"text\":\"t{i}\"}}")}]}},\"finishReason\":\"STOP\"}}]}}\n\n"),
        ("signed calls", "gemini", 500, Ordinary, _ => Ask, n => $"data: {{\"candidates\":[{{\"content\":{{\"parts\":[{Repeat(n, i => $"{{\"functionCall\":{{\"name\":\"f\",\"args\":{{}}}},\"thoughtSignature\":\"c2ln\"}}")}]}},\"finishReason\":\"STOP\"}}]}}\n\n"),
        ("pieces of arguments", "gemini", 1000, Ordinary, _ => Ask, n => "data: {\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"willContinue\":true}},"
            + Repeat(n, i => $"{{\"functionCall\":{{\"partialArgs\":[{{\"jsonPath\":\"$.a{i}\",\"stringValue\":\"v\"}}],\"willContinue\":true}}}}")
            + ",{\"functionCall\":{}}]},\"finishReason\":\"STOP\"}]}\n\n"),
        ("items", "responses", 500, Ordinary, _ => Ask, n =>
            Lines(n, i => $"data: {{\"type\":\"response.output_item.added\",\"output_index\":{i},\"item\":{{\"type\":\"function_call\",\"call_id\":\"c{i}\",\"name\":\"f\"}}}}\n\n")
            + Lines(n, i => $"data: {{\"type\":\"response.function_call_arguments.delta\",\"output_index\":{i},\"delta\":\"{{}}\"}}\n\n")
            + "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"completed\",\"output\":[]}}\n\n"),
        ("parts of an item", "responses", 2000, 0, _ => Ask, n =>
            $$"""{"id":"r","status":"completed","output":[{"type":"message","content":[{{Repeat(n, i => $"{{\"type\":\"output_text\",\"text\":\"part {i} \"}}")}}]}]}"""),
    ];

    private static string Lines(int count, Func<int, string> line)
    {
        var text = new StringBuilder();
        for (var index = 0; index < count; index++)
            text.Append(line(index));
        return text.ToString();
    }

    private static string Named(string type, string members) => $"event: {type}\ndata: {{\"type\":\"{type}\",{members}}}\n\n";

    private static string CallPiece(int? index, string id, string? name, string arguments) =>
        $"{Chunk}\"delta\":{{\"tool_calls\":[{{{(index is null ? "" : $"\"index\":{index},")}{id}\"function\":{{{(name is null ? "" : $"\"name\":\"{name}\",")}\"arguments\":\"{arguments}\"}}}}]}}}}]}}\n\n";
}
