using System.Text;

namespace Dragoman.Gateway.Tests.Growth;

/// <summary>Requests with a large number of one thing.</summary>
internal static class RequestShapes
{
    private const string Hi = """{"role":"user","content":"hi"}""";

    /// <summary>The name, the client, the smaller count, and the body's writer.</summary>
    public static readonly IReadOnlyList<(string Name, string Client, int Count, Func<int, string> Body)> All =
    [
        ("unknown options", "ollama", 1000, n => Ollama($"\"options\":{{{Repeat(n, i => $"\"o{i}\":1")}}}")),
        ("unknown members of an Ollama request", "generate", 1000, n => $$"""{"model":"m","prompt":"hi",{{Repeat(n, i => $"\"x{i}\":1")}} }"""),
        ("unknown members of a request", "chat", 1000, n => Chat(Repeat(n, i => $"\"x{i}\":1"))),
        ("unknown members of one message", "chat", 1000, n => $$"""{"model":"m","messages":[{"role":"user","content":"hi",{{Repeat(n, i => $"\"x{i}\":1")}} }]}"""),
        ("unknown members of every message", "chat", 250, n => $$"""{"model":"m","messages":[{{Repeat(n, i => $"{{\"role\":\"user\",\"content\":\"hi\",\"x{i}\":1}}")}}]}"""),
        ("unknown members of Anthropic's tools", "messages", 250, n => Messages($"\"tools\":[{Repeat(n, i => $"{{\"name\":\"t{i}\",\"input_schema\":{{\"type\":\"object\"}},\"x{i}\":1}}")}]")),
        ("unknown members of an item", "responses", 1000, n => $$"""{"model":"m","input":[{"role":"user","content":"hi",{{Repeat(n, i => $"\"x{i}\":1")}} }]}"""),
        ("calls and results", "chat", 500, n => ChatTurns($"{Assistant(ChatCalls(n))},{Repeat(n, i => ChatResult($"c{i}"))}")),
        ("calls and results, last first", "chat", 500, n => ChatTurns($"{Assistant(ChatCalls(n))},{Repeat(n, i => ChatResult($"c{n - 1 - i}"))}")),
        ("calls and results by turns", "chat", 250, n => ChatTurns(Repeat(n, i => $"{Assistant(ChatCall(i))},{ChatResult($"c{i}")}"))),
        ("calls of one id", "chat", 250, n => ChatTurns(Repeat(n, i => $"{Assistant(ChatCall(0))},{ChatResult("c0")}"))),
        ("tool_use and tool_result", "messages", 500, n => MessageTurns(
            $$"""{"role":"assistant","content":[{{Repeat(n, i => $"{{\"type\":\"tool_use\",\"id\":\"c{i}\",\"name\":\"f\",\"input\":{{}}}}")}}]},"""
            + $$"""{"role":"user","content":[{{Repeat(n, i => $"{{\"type\":\"tool_result\",\"tool_use_id\":\"c{i}\",\"content\":\"ok\"}}")}}]}""")),
        ("many answered calls, then many turns", "messages", 250, n => MessageTurns(
            $$"""{"role":"assistant","content":[{{Repeat(n, i => $"{{\"type\":\"tool_use\",\"id\":\"c{i}\",\"name\":\"f\",\"input\":{{}}}}")}}]},"""
            + $$"""{"role":"user","content":[{{Repeat(n, i => $"{{\"type\":\"tool_result\",\"tool_use_id\":\"c{i}\",\"content\":\"ok\"}}")}}]},"""
            + Repeat(n, _ => """{"role":"assistant","content":"a"},{"role":"user","content":"b"}"""))),
        ("function_call items", "responses", 500, n => Input(
            $"{Repeat(n, i => $"{{\"type\":\"function_call\",\"call_id\":\"c{i}\",\"name\":\"f\",\"arguments\":\"{{}}\"}}")},{Repeat(n, i => $"{{\"type\":\"function_call_output\",\"call_id\":\"c{i}\",\"output\":\"ok\"}}")}")),
        ("calls of tools with free text", "responses", 250, n => Input(
            $"{Repeat(n, i => $"{{\"type\":\"custom_tool_call\",\"call_id\":\"c{i}\",\"name\":\"t{i}\",\"input\":\"x\"}}")},{Repeat(n, i => $"{{\"type\":\"custom_tool_call_output\",\"call_id\":\"c{i}\",\"output\":\"ok\"}}")}",
            $"\"tools\":[{Repeat(n, i => $"{{\"type\":\"custom\",\"name\":\"t{i}\"}}")}]")),
        ("Ollama's calls by name", "ollama", 500, n => OllamaTurns($"{OllamaCalls(n)},{Repeat(n, i => $"{{\"role\":\"tool\",\"tool_name\":\"f{n - 1 - i}\",\"content\":\"ok\"}}")}")),
        ("Ollama's calls without ids", "ollama", 500, n => OllamaTurns($"{OllamaCalls(n)},{Repeat(n, _ => "{\"role\":\"tool\",\"content\":\"ok\"}")}")),
        ("messages", "chat", 750, n => ChatTurns(Repeat(n, i => i % 2 == 0 ? Hi : """{"role":"assistant","content":"ho"}"""))),
        ("messages of one side", "chat", 750, n => ChatTurns(Repeat(n, _ => Hi))),
        ("named messages", "chat", 750, n => ChatTurns(Repeat(n, i => $"{{\"role\":\"user\",\"content\":\"hi\",\"name\":\"u{i}\"}}"))),
        ("instructions among messages", "chat", 500, n => ChatTurns(Repeat(n, _ => Hi + """,{"role":"system","content":"be nice"}"""))),
        ("parts", "chat", 750, n => ChatTurns($$"""{"role":"user","content":[{{Repeat(n, i => $"{{\"type\":\"text\",\"text\":\"p{i}\"}}")}}]}""")),
        ("pictures", "chat", 250, n => ChatTurns($$"""{"role":"user","content":[{{Repeat(n, _ => "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBORw0KGgo=\"}}")}}]}""")),
        ("cache marks", "messages", 500, n => MessageTurns($$"""{"role":"user","content":[{{Repeat(n, i => $"{{\"type\":\"text\",\"text\":\"p{i}\",\"cache_control\":{{\"type\":\"ephemeral\"}}}}")}}]}""")),
        ("thinking", "messages", 250, n => MessageTurns(
            $$"""{"role":"user","content":"hi"},{"role":"assistant","content":[{{Repeat(n, i => $"{{\"type\":\"thinking\",\"thinking\":\"t{i}\",\"signature\":\"c2ln\"}}")}},{"type":"text","text":"ho"}]},{"role":"user","content":"so"}""")),
        ("reasoning items", "responses", 250, n => Input($$"""{{Repeat(n, i => $"{{\"type\":\"reasoning\",\"summary\":[{{\"type\":\"summary_text\",\"text\":\"s{i}\"}}],\"encrypted_content\":\"e{i}\"}}")}},{"role":"user","content":"so"}""")),
        ("unknown kinds of blocks", "messages", 750, n => MessageTurns($$"""{"role":"user","content":[{"type":"text","text":"hi"},{{Repeat(n, i => $"{{\"type\":\"kind{i}\"}}")}}]}""")),
        ("unknown kinds of items", "responses", 750, n => Input($$"""{"role":"user","content":"hi"},{{Repeat(n, i => $"{{\"type\":\"kind{i}\"}}")}}""")),
        ("tools", "chat", 250, n => Chat($"\"tools\":[{Repeat(n, i => Tool(i, """{"type":"object","properties":{"a":{"type":"string"}}}"""))}]")),
        ("strict tools", "chat", 125, n => Chat($"\"tools\":[{Repeat(n, i => Tool(i, """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", strict: true))}]")),
        ("tools with odd names", "chat", 250, n => Chat($"\"tools\":[{Repeat(n, i => Tool(i, """{"type":"object"}""", "a name.with spaces "))}]")),
        ("allowed tools", "chat", 250, n => Chat($$"""
            "tools":[{{Repeat(n, i => Tool(i, """{"type":"object"}"""))}}],
            "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{{Repeat(n - 1, i => $"{{\"type\":\"function\",\"function\":{{\"name\":\"t{i}\"}}}}")}}]} }
            """)),
        ("stop words", "ollama", 250, n => Ollama($"\"options\":{{\"stop\":[{Repeat(n, i => $"\"stop word number {i}\"")}]}}")),
        ("long strings with escapes", "chat", 20_000, n => ChatTurns($$"""{"role":"user","content":"{{string.Concat(Enumerable.Repeat("\\u00e4\\n\\ud83d\\ude00\\\"", n))}}"}""")),
        ("a long name of the model", "chat", 100_000, n => $$"""{"model":"{{new string('m', n)}}","messages":[{{Hi}}]}"""),
        ("a name sent many times", "ollama", 2500, n => $$"""{ {{Repeat(n, _ => "\"model\":\"m\"")}},"messages":[{{Hi}}]}"""),
        ("messages sent many times", "ollama", 500, n => $$"""{ {{Repeat(n, _ => "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]")}},"model":"m"}"""),
        ("logit_bias", "chat", 1000, n => Chat($"\"logit_bias\":{{{Repeat(n, i => $"\"{i}\":1")}}}")),
        ("metadata", "chat", 1000, n => Chat($"\"metadata\":{{{Repeat(n, i => $"\"k{i}\":\"v\"")}}}")),
        ("prompts", "completions", 125, n => $$"""{"model":"m","prompt":[{{Repeat(n, i => $"\"p{i}\"")}}]}"""),
        ("a wide schema", "chat", 250, n => Format($$"""{"type":"object","properties":{ {{Repeat(n, i => $"\"p{i}\":{{\"type\":\"string\"}}")}} } }""")),
        ("deep schemas", "chat", 50, n => Chat($"\"tools\":[{Repeat(n, i => Tool(i, Nested(9)))}]")),
        ("a long name around many schemas", "chat", 250, n => Format($$"""{"type":"object","properties":{"{{new string('x', 20 * n)}}":{"type":"object","properties":{ {{Repeat(n, i => $"\"p{i}\":{{\"type\":\"string\"}}")}} } } } }""")),
        ("references", "chat", 250, n => Format($$"""{"type":"object","properties":{ {{Repeat(n, i => $"\"p{i}\":{{\"$ref\":\"#/$defs/d\"}}")}} },"$defs":{"d":{"type":"string"} } }""")),
        ("definitions in a circle", "chat", 125, n => Format(
            $$"""{"type":"object","properties":{"a":{"$ref":"#/$defs/d0"} },"$defs":{ {{Repeat(n, i => $"\"d{i}\":{{\"type\":\"object\",\"properties\":{{\"n\":{{\"$ref\":\"#/$defs/d{(i + 1) % n}\"}}}}}}")}} } }""")),
        ("definitions of one name", "chat", 75, n => Format(
            $$"""{"type":"object","properties":{ {{Repeat(n, i => $"\"p{i}\":{{\"$ref\":\"#/x-{i}/d\"}}")}} },{{Repeat(n, i => $"\"x-{i}\":{{\"d\":{{\"type\":\"string\"}}}}")}} }""")),
        ("references into a wide object", "chat", 200, n => Format(
            $$"""{"type":"object","properties":{ {{Repeat(n, i => $"\"p{i}\":{{\"$ref\":\"#/x-all/d{i}\"}}")}} },"x-all":{ {{Repeat(4 * n, i => $"\"d{i}\":{{\"type\":\"string\"}}")}} } }""")),
        ("allOf", "chat", 125, n => Format($$"""{"type":"object","allOf":[{{Repeat(n, i => $"{{\"properties\":{{\"p{i}\":{{\"type\":\"string\"}}}}}}")}}]}""")),
        ("anyOf", "chat", 125, n => Format($$"""{"type":"object","properties":{"a":{"anyOf":[{{Repeat(n, i => $"{{\"type\":\"object\",\"properties\":{{\"p{i}\":{{\"type\":\"string\"}}}}}}")}}]} } }""")),
        ("a choice at the root", "chat", 125, n => Format($$"""{"type":"object","anyOf":[{{Repeat(n, i => $"{{\"type\":\"object\",\"properties\":{{\"p{i}\":{{\"type\":\"string\"}}}}}}")}}]}""")),
        ("a tuple", "chat", 250, n => Format($$"""{"type":"object","properties":{"a":{"type":"array","prefixItems":[{{Repeat(n, _ => "{\"type\":\"string\"}")}}]} } }""")),
        ("enum", "chat", 1000, n => Format($$"""{"type":"object","properties":{"a":{"enum":[{{Repeat(n, i => $"\"e{i}\"")}}]} } }""")),
        ("required", "chat", 250, n => Format($$"""{"type":"object","properties":{ {{Repeat(n, i => $"\"p{i}\":{{\"type\":\"string\"}}")}} },"required":[{{Repeat(n, i => $"\"p{i}\"")}}],"additionalProperties":false}""")),
        ("forbidden properties that are required", "chat", 250, n => Format($$"""{"type":"object","properties":{ {{Repeat(n, i => $"\"p{i}\":false")}} },"required":[{{Repeat(n, i => $"\"q{i}\"")}}],"additionalProperties":false}""")),
        ("unknown keywords", "chat", 1000, n => Format($$"""{"type":"object","properties":{},{{Repeat(n, i => $"\"x-{i}\":1")}} }""")),
        ("patterns", "chat", 250, n => Format($$"""{"type":"object","properties":{ {{Repeat(n, i => $"\"p{i}\":{{\"type\":\"string\",\"pattern\":\"^a{i}(b|c)*$\"}}")}} } }""")),
    ];

    public static string Repeat(int count, Func<int, string> piece)
    {
        var text = new StringBuilder();
        for (var index = 0; index < count; index++)
            text.Append(index == 0 ? "" : ",").Append(piece(index));
        return text.ToString();
    }

    private static string Chat(string members) => $$"""{"model":"m","messages":[{{Hi}}],{{members}} }""";

    private static string ChatTurns(string turns) => $$"""{"model":"m","messages":[{{Hi}},{{turns}}]}""";

    private static string Format(string schema) => Chat($$$"""
        "response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{{{schema}}}}}
        """);

    private static string Messages(string members) => $$"""{"model":"m","max_tokens":5,"messages":[{{Hi}}],{{members}} }""";

    private static string MessageTurns(string turns) => $$"""{"model":"m","max_tokens":5,"messages":[{{turns}}]}""";

    private static string Ollama(string members) => $$"""{"model":"m","messages":[{{Hi}}],{{members}} }""";

    private static string OllamaTurns(string turns) => $$"""{"model":"m","messages":[{{Hi}},{{turns}}]}""";

    private static string Input(string items, string members = "\"stream\":false") => $$"""{"model":"m","input":[{"role":"user","content":"hi"},{{items}}],{{members}} }""";

    private static string Assistant(string calls) => $$"""{"role":"assistant","content":null,"tool_calls":[{{calls}}]}""";

    private static string ChatCalls(int count) => Repeat(count, ChatCall);

    private static string ChatCall(int index) => $$$"""{"id":"c{{{index}}}","type":"function","function":{"name":"f{{{index}}}","arguments":"{}"}}""";

    private static string ChatResult(string id) => $$"""{"role":"tool","tool_call_id":"{{id}}","content":"ok"}""";

    private static string OllamaCalls(int count) =>
        $$"""{"role":"assistant","content":"","tool_calls":[{{Repeat(count, i => $"{{\"function\":{{\"name\":\"f{i}\",\"arguments\":{{}}}}}}")}}]}""";

    private static string Tool(int index, string parameters, string prefix = "t", bool strict = false) =>
        $$$"""{"type":"function","function":{"name":"{{{prefix}}}{{{index}}}","parameters":{{{parameters}}}{{{(strict ? ",\"strict\":true" : "")}}}}}""";

    private static string Nested(int levels) =>
        levels == 0 ? """{"type":"string"}""" : $$$"""{"type":"object","properties":{"a":{{{Nested(levels - 1)}}}}}""";
}
