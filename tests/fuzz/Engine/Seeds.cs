using System.Text;
using System.Text.Json;
using Dragoman.Gateway.Tests.Matrix;

namespace Dragoman.Fuzz.Engine;

/// <summary>The first inputs of every target: the streams of <c>tests/streams</c>, and requests that use every member.</summary>
internal static class Seeds
{
    private const int Most = 20;
    private const int Largest = 6 * 1024;

    /// <param name="streams">The folder <c>tests/streams</c>.</param>
    /// <param name="corpus">The folder that gets one folder per target.</param>
    public static void Write(string streams, string corpus)
    {
        var exchanges = Directory.EnumerateFiles(streams, "exchange.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Path.GetDirectoryName(file)!).ToList();
        foreach (var client in ClientDialect.All)
        {
            var full = FullRequests.Of(client);
            var model = $"request-{client.Name.Replace(' ', '-')}";
            Put(corpus, model, [("full", full), .. Members(full)]);
        }

        foreach (var family in ProviderFamily.All)
        {
            var mine = exchanges.Where(folder => FamilyOf(Path.GetRelativePath(streams, folder)) == family.Name).ToList();
            Put(corpus, $"stream-{family.Name}", [.. mine.Select(folder => (Path.GetFileName(folder), TextOf(folder, "response.sse"))).Where(each => each.Item2.Length > 0)]);
            Put(corpus, $"body-{family.Name}", [.. mine.Where(folder => !Path.GetFileName(folder).StartsWith("error", StringComparison.Ordinal)).Select(folder => (Path.GetFileName(folder), TextOf(folder, "response.json"))).Where(each => each.Item2.Length > 0)]);
            Put(corpus, $"other-{family.Name}", [.. mine.Where(folder => !Path.GetFileName(folder).StartsWith("nonstream", StringComparison.Ordinal)).Select(folder => (Path.GetFileName(folder), TextOf(folder, "response.json"))).Where(each => each.Item2.Length > 0), ("models", """{"object":"list","data":[{"id":"m","created":1,"max_context_length":8}],"models":[{"name":"models/m"}]}""")]);
        }

        Put(corpus, "request-embeddings", [("text", """{"model":"m","input":"x","dimensions":8,"encoding_format":"base64","truncate":false,"keep_alive":"5m","user":"u"}"""), ("list", """{"model":"m","input":["x","y"],"prompt":"x","options":{"num_ctx":1}}"""), ("tokens", """{"model":"m","input":[1,2,3]}""")]);
        Put(corpus, "websocket", [
            ("chat", """{"request_id":"a","model":"m","messages":[{"role":"user","content":"x"}]}""" + "\n" + """{"type":"cancel","request_id":"a"}"""),
            ("responses", """{"type":"response.create","stream_id":"s","model":"m","input":"x","generate":false}""" + "\n" + """{"type":"response.create","model":"m","previous_response_id":"resp_1","input":[{"role":"user","content":"x"}]}""" + "\n" + """{"type":"response.cancel","stream_id":"s"}"""),
            ("odd", "{\"request_id\":-1e5,\"type\":null}\n[]\n\"x\"\n{\"stream\":false}"),
        ]);
        Put(corpus, "framing", [("lf", "event: a\ndata: 1\n\ndata: 2\ndata: 3\n\n: c\n\n"), ("crlf", "event: a\r\ndata: 1\r\n\r\ndata:2\r\n\r\n"), ("cr", "data: 1\r\rdata: 2\r\r"), ("mark", "\ufeffdata: 1\n\nid: 7\nretry: 9\ndata"), ("single", "data: {\"a\":1}\ndata: {\"b\":2}\nevent: x\n"), ("lines", "{\"a\":1}\n\r\n{\"b\":2}\r\n{")]);
        Put(corpus, "splice", [("simple", """{"model":"m","stream":true,"a":[1,{"model":2}]}"""), ("twice", """{"model":1,"model":{"a":"}"},"mo\u0064el":"\ud83d"}"""), ("space", " { \"a\" : null , \"stream\" : \"\\\"\" } "), ("empty", "{}")]);
        Put(corpus, "text", [("plain", "Hello"), ("escapes", "\\u0041\\n\\\"\\ud83d\\udc4b\\ud83d"), ("letters", "é漢👋\u2028"), ("controls", "\u0000\u0007\u007f")]);
        Put(corpus, "schema", [
            ("object", """{"schema":{"type":"object","properties":{"a":{"type":"string","pattern":"^x+$","minLength":1},"b":{"type":["integer","null"],"minimum":0}},"required":["a"],"additionalProperties":false},"answer":{"a":"xx","b":3}}"""),
            ("references", """{"schema":{"$defs":{"a":{"type":"object","properties":{"next":{"$ref":"#/$defs/a"}}}},"$ref":"#/$defs/a"},"answer":{"next":{"next":{}}}}"""),
            ("alternatives", """{"schema":{"anyOf":[{"const":1},{"enum":["a",null]}],"oneOf":[{"type":"string"},{"type":"number","multipleOf":0.5}],"not":{"type":"array"}},"answer":1}"""),
            ("lists", """{"schema":{"type":"array","prefixItems":[{"type":"string","format":"date-time"}],"items":{"type":"number"},"minItems":1,"uniqueItems":true,"contains":{"const":2}},"answer":["2026-01-02T03:04:05Z",2]}"""),
            ("conditions", """{"schema":{"if":{"required":["a"]},"then":{"properties":{"b":true}},"else":false,"dependentRequired":{"a":["b"]},"patternProperties":{"^x":{"type":"string"}},"propertyNames":{"maxLength":3},"unevaluatedProperties":false},"answer":{"a":1,"b":2,"xy":"z"}}"""),
        ]);
        Put(corpus, "model-name", [("plain", "llama3.2"), ("tagged", "registry.ollama.ai/library/mistral:7b"), ("provider", "gemini/models/gemini-2.5-pro"), ("cloud", "x:cloud"), ("upper", "Ns/Model:Latest")]);
        Put(corpus, "configuration", [
            ("full", """{"$schema":"x","providers":{"p":{"dialect":"openai","baseUrl":"http://127.0.0.1:1/v1","apiKey":"k","publish":"all","httpVersion":"2","options":{"server":"vllm","mergeSystem":true},"timeouts":{"idleSeconds":1.5}},"q":{"dialect":"azure-openai","baseUrl":"https://x.openai.azure.com/","options":{"baseModels":{"d":"gpt-5"}}}},"models":{"m:latest":{"provider":"p","model":"x","aliases":["y"],"capabilities":["tools"],"contextLength":8},"n":{"targets":[{"provider":"p","model":"x"},{"provider":"q","model":"d"}]}},"access":{"mode":"open","allowOpenNetwork":false,"origins":["https://x.example"],"hosts":["x"],"downloads":"public"},"limits":{"requestBytes":1000,"keepAliveSeconds":15}}"""),
            ("mistakes", """{"providers":{"p":{"dialect":"soap"}},"models":{"":{}},"access":{"mode":"x"},"limits":{"requestBytes":-1}}"""),
            ("comments", "// c\n{ \"limits\": { }, }"),
        ]);
    }

    /// <summary>The request with only some of its members, so that each also occurs alone.</summary>
    private static IEnumerable<(string Name, string Text)> Members(string full)
    {
        using var document = JsonDocument.Parse(full);
        var all = document.RootElement.EnumerateObject().ToList();
        var kept = all.Where(member => member.Name is "model" or "messages" or "input" or "prompt" or "max_tokens").ToList();
        foreach (var group in all.Except(kept).Chunk(4))
            yield return (group[0].Name, $"{{{string.Join(',', kept.Concat(group).Select(member => $"{JsonSerializer.Serialize(member.Name)}:{member.Value.GetRawText()}"))}}}");
    }

    private static void Put(string corpus, string target, IReadOnlyList<(string Name, string Text)> inputs)
    {
        var folder = Path.Combine(corpus, target);
        Directory.CreateDirectory(folder);
        var small = inputs.Where(each => each.Text.Length <= Largest).ToList();
        // The choice is spread over all of them, because they are sorted by kind.
        foreach (var (name, text) in small.Where((_, index) => index * Most / Math.Max(small.Count, Most) != (index - 1) * Most / Math.Max(small.Count, Most) || index == 0))
            File.WriteAllText(Path.Combine(folder, name), text, new UTF8Encoding(false));
    }

    private static string TextOf(string folder, string file) => Path.Combine(folder, file) is var path && File.Exists(path) ? File.ReadAllText(path) : "";

    private static string FamilyOf(string folder) => folder.Split('/')[0] switch
    {
        "anthropic" => "anthropic",
        "gemini" => "gemini",
        "mistral" => "mistral",
        "openai-responses" => "responses",
        var group when group.StartsWith("compat-", StringComparison.Ordinal) => "compatible",
        _ => "openai",
    };
}
