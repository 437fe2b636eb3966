using System.Text;
using System.Text.Json;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>A malformed conversation to any kind of provider gets a 4xx that names the member, or an answer, but never a failure of the gateway.</summary>
public sealed class BadConversationTests
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private const string Hi = """{"role":"user","content":"hi"}""";

    private static readonly string[] Schemas =
    [
        "{}", "true", "{\"properties\":{\"a\":{}}}", "{\"type\":\"string\"}", "{\"type\":[\"object\",\"null\"]}", "{\"type\":\"nonsense\"}", "{\"type\":7}", "{\"$ref\":\"#\"}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"$defs\":{\"b\":{\"$ref\":\"#/$defs/b\"}}}",
        "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"}}}", "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[\"next\"]}",
        "{\"$ref\":\"https://example.com/schema.json\"}", "{\"$ref\":\"file:///etc/passwd\"}", "{\"$ref\":7}", "{\"type\":\"object\",\"properties\":7}", "{\"type\":\"object\",\"required\":\"a\"}",
        "{\"type\":\"object\",\"properties\":{\"\\ud83d\":{\"type\":\"string\",\"description\":\"\\u0000\"}}}", "{\"enum\":[]}", "{\"anyOf\":[]}", "{\"pattern\":\"(((\"}",
        $"{{\"type\":\"object\",\"properties\":{{{string.Join(',', Enumerable.Range(0, 5000).Select(n => $"\"p{n}\":{{}}"))}}}}}",
        $"{string.Concat(Enumerable.Repeat("{\"items\":", 45))}{{}}{new string('}', 45)}",
    ];

    private static readonly string[] Signatures = ["", "c2ln", "gw1.", "gw1.as.x.y.z", "gw1.....", "gw1.gt.AAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "\\u0000", "\\ud83d", new('A', 5000)];

    private static readonly string[] PrivateLinks =
    [
        "http://127.0.0.1/a.png", "http://localhost/a.png", "http://[::1]/a.png", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/a.png", "http://192.168.1.1/a.png",
        "http://0.0.0.0/a.png", "http://[::ffff:127.0.0.1]/a.png", "http://2130706433/a.png", "http://127.1/a.png",
    ];

    public static TheoryData<string> Providers => ["openai", "mistral", "anthropic", "gemini"];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Nothing_that_clients_get_wrong_is_a_failure_of_ours(string provider)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(provider);
        var fixture = WireFixture.Named(provider == "openai" ? "openai-chat/nonstream-text" : $"{provider}/nonstream-text");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", Encoding.UTF8.GetString(fixture.Body));
        var failures = new List<string>();
        foreach (var (path, body) in Conversations())
        {
            var (status, answer, _) = await gateway.PostAsync(path, body);
            // The scripted answer is always a chat completion with text, whatever API and format the request uses.
            var isOtherAnswer = (provider == "openai" && answer.Contains("The provider", StringComparison.Ordinal))
                || answer.Contains("does not match the schema", StringComparison.Ordinal);
            if ((int)status is not 200 and (< 400 or >= 500) && !isOtherAnswer)
                failures.Add($"{path} {Short(body)}: {(int)status} {answer}");
            else if ((int)status is >= 400 and < 500 && SaysNothing(path, answer))
                failures.Add($"{path} {Short(body)}: says nothing: {answer}");
        }

        Assert.True(failures.Count == 0, $"{failures.Count}:\n{string.Join('\n', failures.Take(40))}");
        foreach (var sent in gateway.First.Bodies)
            JsonDocument.Parse(sent).Dispose();
    }

    [Fact]
    public async Task A_link_to_a_private_address_is_refused_before_anyone_is_asked()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("gemini");
        foreach (var link in PrivateLinks)
        {
            foreach (var (path, body) in ((string, string)[])
            [
                ("/v1/chat/completions", $$$"""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"{{{link}}}"}}]}]}"""),
                ("/v1/messages", $$$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"{{{link}}}"}}]}]}"""),
                ("/v1/responses", $$$"""{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_url":"{{{link}}}"}]}]}"""),
            ])
            {
                var (status, answer, _) = await gateway.PostAsync(path, body);
                Assert.True((int)status == 400, $"{link} at {path}: {status} {answer}");
            }
        }

        Assert.Empty(gateway.First.Bodies);
    }

    private static IEnumerable<(string Path, string Body)> Conversations()
    {
        foreach (var schema in Schemas)
        {
            yield return Chat(Hi, $$$"""
                ,"tools":[{"type":"function","function":{"name":"f","parameters":{{{schema}}}}}]
                """);
            yield return Chat(Hi, $$$"""
                ,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{{{schema}}}}}
                """);
            yield return ("/v1/responses", $$$"""{"model":"m","input":"hi","tools":[{"type":"function","name":"f","parameters":{{{schema}}}}]}""");
            yield return ("/v1/messages", $$$"""{"model":"m","max_tokens":9,"messages":[{{{Hi}}}],"tools":[{"name":"f","input_schema":{{{schema}}}}]}""");
            yield return ("/api/chat", $$$"""{"model":"m","stream":false,"messages":[{{{Hi}}}],"format":{{{schema}}},"tools":[{"type":"function","function":{"name":"f","parameters":{{{schema}}}}}]}""");
            yield return ("/api/generate", $$$"""{"model":"m","stream":false,"prompt":"hi","format":{{{schema}}}}""");
        }

        foreach (var signature in Signatures)
        {
            yield return ("/v1/messages", $$$"""
                {"model":"m","max_tokens":2000,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{{{Hi}}},{"role":"assistant","content":[{"type":"thinking","thinking":"r","signature":"{{{signature}}}"},{"type":"redacted_thinking","data":"{{{signature}}}"},{"type":"text","text":"t"}]},{{{Hi}}}]}
                """);
            yield return ("/v1/responses", $$$"""
                {"model":"m","input":[{{{Hi}}},{"type":"reasoning","summary":[],"encrypted_content":"{{{signature}}}"},{"role":"assistant","content":"t"},{{{Hi}}}]}
                """);
            yield return Chat($$$$"""
                {{{{Hi}}}},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"{{{{signature}}}}"}}}]},{"role":"tool","tool_call_id":"a","content":"x"}
                """);
        }

        foreach (var kind in (string[])["web_search", "file_search", "computer_20990101", "mcp", "", "\\ud83d"])
        {
            yield return Chat(Hi, $$$"""
                ,"tools":[{"type":"{{{kind}}}"}]
                """);
            yield return ("/v1/responses", $$$"""{"model":"m","input":"hi","tools":[{"type":"{{{kind}}}"}],"tool_choice":{"type":"{{{kind}}}"}}""");
            yield return ("/v1/messages", $$$"""{"model":"m","max_tokens":9,"messages":[{{{Hi}}}],"tools":[{"type":"{{{kind}}}","name":"x"}]}""");
            yield return ("/api/chat", $$$"""{"model":"m","messages":[{{{Hi}}}],"tools":[{"type":"{{{kind}}}"}]}""");
        }

        // A result without a call, a call without a result, and one id for two calls.
        yield return Chat($$$"""{{{Hi}}},{"role":"tool","tool_call_id":"none","content":"x"}""");
        yield return ("/v1/responses", $$$"""{"model":"m","input":[{{{Hi}}},{"type":"function_call_output","call_id":"none","output":"x"}]}""");
        yield return ("/v1/messages", """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"none","content":"x"}]}]}""");
        yield return ("/api/chat", $$$"""{"model":"m","messages":[{{{Hi}}},{"role":"tool","tool_name":"f","content":"x"}]}""");
        foreach (var results in (string[])["", "a", "b", "ab", "ba", "aa"])
        {
            foreach (var second in (string[])["a", "b"])
            {
                yield return Chat($$$"""
                    {{{Hi}}},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{"}},{"id":"{{{second}}}","type":"function","function":{"name":"f","arguments":""}}]}{{{ForEach(results, ",{\"role\":\"tool\",\"tool_call_id\":\"ID\",\"content\":\"x\"}")}}},{{{Hi}}}
                    """);
                yield return ("/v1/responses", $$$"""
                    {"model":"m","input":[{{{Hi}}},{"type":"function_call","call_id":"a","name":"f","arguments":"{"},{"type":"function_call","call_id":"{{{second}}}","name":"f","arguments":""}{{{ForEach(results, ",{\"type\":\"function_call_output\",\"call_id\":\"ID\",\"output\":\"x\"}")}}},{{{Hi}}}]}
                    """);
                yield return ("/v1/messages", $$$"""
                    {"model":"m","max_tokens":9,"messages":[{{{Hi}}},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"{{{second}}}","name":"f","input":{}}]},{"role":"user","content":[{{{ForEach(results, "{\"type\":\"tool_result\",\"tool_use_id\":\"ID\"},")}}}{"type":"text","text":"go on"}]}]}
                    """);
            }
        }

        var images = string.Join(',', Enumerable.Repeat($$$"""{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Png}}}"}}""", 100));
        yield return Chat($$$"""{"role":"user","content":[{{{images}}}]}""");
        foreach (var url in (string[])[$"data:image/jpeg;base64,{Png}", $"data:text/html;base64,{Png}", $"data:;base64,{Png}", $"data:image/png,{Png}", "data:image/png;base64,!!!", "data:", "data:image/png;base64,", "file:///etc/passwd", "gopher://x", "javascript:1", "//x", "\\u0000"])
        {
            yield return Chat($$$"""{"role":"user","content":[{"type":"image_url","image_url":{"url":"{{{url}}}"}}]}""");
            yield return ("/v1/responses", $$$"""{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"{{{url}}}"}]}]}""");
            yield return ("/v1/messages", $$$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"{{{url}}}"}}]}]}""");
            yield return ("/api/chat", $$$"""{"model":"m","stream":false,"messages":[{"role":"user","content":"x","images":["{{{url}}}"]}]}""");
        }

        var stops = string.Join(',', Enumerable.Range(0, 40).Select(n => $"\"s{n}\""));
        yield return Chat(Hi, $",\"stop\":[{stops}]");
        yield return ("/v1/messages", $$$"""{"model":"m","max_tokens":9,"messages":[{{{Hi}}}],"stop_sequences":[{{{stops}}}]}""");
        yield return ("/api/chat", $$$"""{"model":"m","stream":false,"messages":[{{{Hi}}}],"options":{"stop":[{{{stops}}}]}}""");
        foreach (var name in (string[])[new('n', 10_000), "", " ", "\\u0000", "\\ud83d", "日本語", "a.b/c", "functions.f"])
        {
            yield return Chat(Hi, $$$"""
                ,"tools":[{"type":"function","function":{"name":"{{{name}}}"}}],"tool_choice":{"type":"function","function":{"name":"{{{name}}}"}},"user":"{{{name}}}"
                """);
            yield return ("/v1/messages", $$$"""{"model":"m","max_tokens":9,"messages":[{{{Hi}}}],"tools":[{"name":"{{{name}}}","input_schema":{"type":"object"}}]}""");
            yield return ("/v1/responses", $$$"""{"model":"m","input":"hi","tools":[{"type":"function","name":"{{{name}}}","parameters":{"type":"object"}}]}""");
            yield return ("/v1/completions", $$$"""{"model":"{{{name}}}","prompt":"{{{name}}}"}""");
        }

        foreach (var path in ClientDialect.All.Select(client => client.Path))
        {
            foreach (var body in (string[])["", " ", "null", "[]", "7", "\"x\"", "{", "{}", "{\"model\":\"m\"}", $"{{\"model\":\"m\",\"messages\":{new string('[', 500)}", $"{{\"model\":\"m\",\"messages\":{new string('[', 70)}{new string(']', 70)}}}", "{\"model\":\"m\",\"messages\":[],\"input\":[],\"prompt\":[]}"])
                yield return (path, body);
        }
    }

    private static (string Path, string Body) Chat(string messages, string more = "") => ("/v1/chat/completions", $"{{\"model\":\"m\",\"messages\":[{messages}]{more}}}");

    private static string ForEach(string ids, string item) => string.Concat(ids.Select(id => item.Replace("ID", id.ToString(), StringComparison.Ordinal)));

    private static bool SaysNothing(string path, string answer)
    {
        var message = ClientDialect.All.First(client => client.Path == path).MessageOf(Encoding.UTF8.GetBytes(answer));
        return message.Length < 5;
    }

    private static string Short(string text) => text.Length <= 300 ? text : text[..300];
}
