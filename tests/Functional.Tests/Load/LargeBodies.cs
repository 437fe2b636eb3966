using System.Text;

namespace Dragoman.Functional.Tests.Load;

/// <summary>Requests with a large amount of one thing, as clients of each endpoint could send them.</summary>
internal static class LargeBodies
{
    /// <summary>The name, the path, and the function that writes the body for a model and an amount.</summary>
    public static readonly IReadOnlyList<(string Name, string Path, Func<string, int, string> Body)> All =
    [
        ("options", "/api/chat", (model, n) => $$"""{"model":"{{model}}","stream":false,"messages":[{{Hi}}],"options":{ {{Repeat(n, i => $"\"option_{i}\":1")}} } }"""),
        ("pictures", "/api/generate", (model, n) => $$"""{"model":"{{model}}","stream":false,"prompt":"hi","images":[{{Repeat(n / 200, _ => $"\"iVBORw0KGgo{new string('A', 2001)}\"")}}]}"""),
        ("a long prompt", "/v1/completions", (model, n) => $$"""{"model":"{{model}}","prompt":"{{Text(n)}}"}"""),
        ("members of a message", "/v1/chat/completions", (model, n) => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi",{{Repeat(n, i => $"\"x{i}\":1")}} }]}"""),
        ("calls", "/v1/chat/completions", Calls),
        ("calls without ids", "/api/chat", (model, n) => $$"""{"model":"{{model}}","stream":false,"messages":[{{Hi}},{"role":"assistant","content":"","tool_calls":[{{Repeat(n / 8, _ => "{\"function\":{\"name\":\"f\",\"arguments\":{}}}")}}]},{{Repeat(n / 8, _ => "{\"role\":\"tool\",\"content\":\"ok\"}")}}]}"""),
        ("tool_use", "/v1/messages", (model, n) =>
            $$"""{"model":"{{model}}","max_tokens":50,"messages":[{{Hi}},{"role":"assistant","content":[{{Repeat(n / 8, i => $"{{\"type\":\"tool_use\",\"id\":\"call_{i}\",\"name\":\"f\",\"input\":{{}}}}")}}]},"""
            + $$"""{"role":"user","content":[{{Repeat(n / 8, i => $"{{\"type\":\"tool_result\",\"tool_use_id\":\"call_{i}\",\"content\":\"ok\"}}")}}]}]}"""),
        ("items", "/v1/responses", (model, n) =>
            $$"""{"model":"{{model}}","input":[{{Hi}},{{Repeat(n / 8, i => $"{{\"type\":\"function_call\",\"call_id\":\"call_{i}\",\"name\":\"f\",\"arguments\":\"{{}}\"}}")}},"""
            + $$"""{{Repeat(n / 8, i => $"{{\"type\":\"function_call_output\",\"call_id\":\"call_{i}\",\"output\":\"ok\"}}")}}]}"""),
        ("tools", "/v1/chat/completions", (model, n) => $$$"""{"model":"{{{model}}}","messages":[{{{Hi}}}],"tools":[{{{Repeat(n / 8, i => $"{{\"type\":\"function\",\"function\":{{\"name\":\"t{i}\",\"parameters\":{{\"type\":\"object\",\"properties\":{{\"a\":{{\"type\":\"string\"}}}}}}}}}}")}}}]}"""),
        ("a schema", "/v1/chat/completions", (model, n) => Format(model, Repeat(n / 2, i => $"\"p{i}\":{{\"type\":\"string\"}}"))),
        ("patterns", "/v1/chat/completions", (model, n) => Format(model, Repeat(n / 40, i => $"\"p{i}\":{{\"type\":\"string\",\"pattern\":\"^{i}{string.Concat(Enumerable.Repeat("(a|b)*", 80))}$\"}}"))),
        ("tokens to count", "/v1/messages/count_tokens", (model, n) => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{Text(n)}}"}]}"""),
        ("input to count", "/v1/responses/input_tokens", (model, n) => $$"""{"model":"{{model}}","input":"{{Text(n)}}"}"""),
    ];

    /// <summary>Like <see cref="All"/>, for embedding models.</summary>
    public static readonly IReadOnlyList<(string Name, string Path, Func<string, int, string> Body)> Embeddings =
    [
        ("texts", "/api/embed", (model, n) => $$"""{"model":"{{model}}","input":[{{Repeat(n / 10, i => $"\"text number {i}\"")}}]}"""),
        ("a text", "/api/embeddings", (model, n) => $$"""{"model":"{{model}}","prompt":"{{Text(n)}}"}"""),
        ("input", "/v1/embeddings", (model, n) => $$"""{"model":"{{model}}","input":[{{Repeat(n / 10, i => $"\"text number {i}\"")}}]}"""),
    ];

    private const string Hi = """{"role":"user","content":"hi"}""";

    public static string Calls(string model, int n) =>
        $$"""{"model":"{{model}}","messages":[{{Hi}},{"role":"assistant","content":null,"tool_calls":[{{Repeat(n / 8, i => $"{{\"id\":\"call_{i}\",\"type\":\"function\",\"function\":{{\"name\":\"f\",\"arguments\":\"{{}}\"}}}}")}}]},"""
        + $$"""{{Repeat(n / 8, i => $"{{\"role\":\"tool\",\"tool_call_id\":\"call_{i}\",\"content\":\"ok\"}}")}}]}""";

    /// <summary>The text that is repeated has sixteen letters.</summary>
    public static string Text(int count) => string.Concat(Enumerable.Repeat("this is a \\u00e9! ", count));

    public static string Repeat(int count, Func<int, string> piece) => new StringBuilder().AppendJoin(',', Enumerable.Range(0, count).Select(piece)).ToString();

    private static string Format(string model, string properties) => $$$"""
        {"model":"{{{model}}}","messages":[{{{Hi}}}],"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object","properties":{ {{{properties}}} } } } } }
        """;
}
