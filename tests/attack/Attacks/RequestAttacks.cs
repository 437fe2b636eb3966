using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;

namespace Dragoman.Attack.Attacks;

/// <summary>Extreme bodies and heads of requests.</summary>
internal static partial class RequestAttacks
{
    public static readonly IReadOnlyList<Attack> All =
    [
        new("body-sizes", "requests", "Q", "bodies up to 32 MiB are read, more is 413, compressed ones are refused", SizesAsync),
        new("depth-and-numbers", "requests", "Q", "deep, broken and endless JSON is a 400 in little time", DepthAsync) { IsFast = true },
        new("request-ids", "requests", "F", "only [A-Za-z0-9._-]{1,128} is kept of a client's request id", RequestIdsAsync) { IsFast = true },
        new("losses-header", "requests", "G", "names in the losses header are cleaned and bounded", LossesAsync) { IsFast = true },
        new("duplicate-members", "requests", "*", "no request reaches a provider with a member twice of which the gateway read one", DuplicatesAsync) { IsFast = true },
        new("sound-that-is-no-base64", "requests", "*", "input_audio.data that is no base64 is a 400", SoundAsync) { IsFast = true },
    ];

    private static async Task SizesAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        const int Limit = 32 * 1024 * 1024;
        foreach (var (name, address) in field.Ways)
        {
            foreach (var (size, isGood) in ((int, bool)[])[(Limit, true), (Limit + 1, false), (34 * 1024 * 1024, false)])
            {
                var frame = ClientApi.Chat.Body("mistral/fk-ok", text: "");
                var body = Encoding.UTF8.GetBytes(ClientApi.Chat.Body("mistral/fk-ok", text: new string('x', size - frame.Length)));
                var answer = await Client.SendAsync(HttpMethod.Post, address, ClientApi.Chat.Path, body, TimeSpan.FromSeconds(60));
                // A server that rejects a request stops reading, and its answer may be lost with the connection.
                tally.Expect(isGood ? answer.Status == 200 : answer.Status == 413 || (answer.Status == 0 && answer.Body != "no answer in time"), $"{size} bytes at {name} are {answer}");
            }

            var gzip = await Client.PostAsync(address, ClientApi.Chat.Path, "\u001f\u008b\b", null, ("Content-Encoding", "gzip"));
            tally.Expect(gzip.Status is 400 or 415, $"a compressed body at {name} is {gzip}");
        }
    }

    private static async Task DepthAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        (string Name, string Body)[] bodies =
        [
            ("depth 65", string.Concat(Enumerable.Repeat("[", 65)) + string.Concat(Enumerable.Repeat("]", 65))), ("1,000,000 arrays", new string('[', 1_000_000)), ("1,000,000 objects", string.Concat(Enumerable.Repeat("{\"a\":", 1_000_000))),
            ("nothing", ""), ("a space", " "), ("a text", "\"x\""), ("a number", "1"), ("null", "null"), ("an array", "[]"), ("half", "{\"model\":"), ("no UTF-8", "{\"model\":\"\u00ff\"}"), ("half a pair", """{"model":"\ud83d"}"""), ("NUL", "\0"),
            ("NaN", """{"model":"mistral/fk-ok","temperature":NaN,"messages":[]}"""), ("a number of 10,000 digits", $$"""{"model":"mistral/fk-ok","temperature":{{new string('9', 10_000)}},"messages":[{"role":"user","content":"x"}]}"""),
            ("1e999999999", """{"model":"mistral/fk-ok","max_tokens":1e999999999,"messages":[{"role":"user","content":"x"}]}"""), ("a negative count", """{"model":"mistral/fk-ok","max_tokens":-5,"messages":[{"role":"user","content":"x"}]}"""),
            ("a fraction of a token", """{"model":"mistral/fk-ok","max_tokens":1.5,"messages":[{"role":"user","content":"x"}]}"""), ("messages as a text", """{"model":"mistral/fk-ok","messages":"x"}"""), ("a model that is an object", """{"model":{},"messages":[{"role":"user","content":"x"}]}"""),
        ];
        foreach (var (name, body) in bodies)
        {
            foreach (var api in ClientApi.Generating)
            {
                var before = ProcessorTime.Of(field.Sidecar.Id);
                var received = await Client.SendAsync(HttpMethod.Post, field.Sidecar.Address, api.Path, Encoding.Latin1.GetBytes(body), null);
                var took = ProcessorTime.Of(field.Sidecar.Id) - before;
                // A dialect ignores members that it does not have.
                var mayBeGood = name is "a number of 10,000 digits" or "a fraction of a token" || (name == "messages as a text" && !api.Template.Contains("messages", StringComparison.Ordinal))
                    || (body.Contains("max_tokens", StringComparison.Ordinal) && api.Path is not ("/v1/chat/completions" or "/v1/completions" or "/v1/messages"));
                // This many values may exceed the memory limit, which is checked before they are parsed.
                var mayBeTooMuch = name == "1,000,000 objects" && received.Status == 503;
                tally.Expect(received.Status is >= 400 and < 500 || mayBeTooMuch || (received.Status == 200 && mayBeGood), $"{name} at {api.Path} is {received}");
                tally.Expect(took < 1, string.Create(CultureInfo.InvariantCulture, $"{name} at {api.Path} took {took:0.0} s"));
            }
        }
    }

    private static async Task RequestIdsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var (name, address) in field.Ways)
        {
            foreach (var id in (string[])["a b", "a/b", "\u00e9", "a;b", new string('x', 129), "a\u0001b", "<script>", "a,b", "%0d%0a", "\"q\""])
            {
                var received = await Wire.SendAsync(address, $"GET /api/version HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nX-Request-Id: {id}\r\n\r\n");
                var kept = RequestIdHeader().Match(received);
                tally.Expect(Wire.StatusOf(received) == 400 || (kept.Success && kept.Groups[1].Value != id && SafeId().IsMatch(kept.Groups[1].Value)), $"'{id}' at {name} comes back as '{kept.Groups[1].Value}'");
            }

            var good = await Wire.SendAsync(address, $"GET /api/version HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nX-Request-Id: Good.id_1-x\r\n\r\n");
            tally.Expect(RequestIdHeader().Match(good).Groups[1].Value == "Good.id_1-x", $"a good id is not kept at {name}");
        }
    }

    private static async Task LossesAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        string[] names = ["a\\r\\nX-Injected: 1", "a\\u0000b", "a\\u202eb", "a\\u00e9b", "a,b=c;d", "a\\tb", new('n', 3000), .. Enumerable.Range(0, 60).Select(each => $"m{each}-{new string('x', 200)}")];
        var members = string.Join(',', names.Select(name => $"\"{name}\":1"));
        foreach (var kind in Providers.All)
        {
            foreach (var (name, address) in field.Ways)
            {
                var body = $$"""{"model":"{{kind.Name}}/fk-ok","stream":false,"options":{ {{members}} },"messages":[{"role":"user","content":"x"}]}""";
                var received = await Wire.SendAsync(address, $"POST /api/chat HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}");
                var head = received.Split("\r\n\r\n")[0];
                tally.Expect(Wire.StatusOf(received) == 200, $"{kind.Name} at {name} is {received.Split('\r')[0]}");
                tally.Expect(!head.Split("\r\n").Any(line => line.StartsWith("X-Injected", StringComparison.OrdinalIgnoreCase)), "a header came from a member's name");
                tally.Expect(head.Replace("\r\n", "", StringComparison.Ordinal).All(unit => unit is >= ' ' and <= '~') && head.Length < 6000, $"{head.Length} characters of headers of {kind.Name} at {name}");
            }
        }
    }

    private static async Task DuplicatesAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        string[] bodies =
        [
            """{"model":"compatible/fk-ok","messages":[{"role":"user","content":"FIRST"}],"messages":[{"role":"user","content":"SECOND"}]}""",
            """{"messages":[{"role":"user","content":"FIRST"}],"model":"compatible/fk-ok","mess\u0061ges":[{"role":"user","content":"SECOND"}]}""",
            """{"model":"compatible/fk-ok","max_tokens":5,"max_tokens":500,"messages":[{"role":"user","content":"FIRST"}]}""",
            """{"model":"openai/fk-ok","stream":false,"messages":[{"role":"user","content":"FIRST"}],"stream":false,"messages":[{"role":"user","content":"SECOND"}]}""",
        ];
        foreach (var body in bodies)
        {
            field.Provider.Forget();
            var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, body);
            var sent = field.Provider.Calls.LastOrDefault()?.Body ?? "";
            var isTwice = (sent.Contains("FIRST", StringComparison.Ordinal) && sent.Contains("SECOND", StringComparison.Ordinal)) || (sent.Contains("500", StringComparison.Ordinal) && sent.Contains(":5,", StringComparison.Ordinal));
            tally.Expect(answer.Status is 200 or 400 && !isTwice, $"{body} went on as {sent}");
        }
    }

    private static async Task SoundAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var data in (string[])["not base64!", "====", "AAA", "AAAA\\u0000", "http://127.0.0.1/x.wav", ""])
        {
            foreach (var kind in (HostileKind[])[Providers.Gemini, Providers.Mistral])
            {
                field.Provider.Forget();
                var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, $$$"""{"model":"{{{kind.Name}}}/fk-ok","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"{{{data}}}","format":"wav"}}]}]}""");
                tally.Expect(answer.Status == 400 && field.Provider.Calls.Count == 0, $"'{data}' to {kind.Name} is {answer}");
            }
        }
    }

    [GeneratedRegex(@"(?im)^x-request-id: ([^\r]*)\r")]
    private static partial Regex RequestIdHeader();

    [GeneratedRegex("^[A-Za-z0-9._-]{1,128}$")]
    private static partial Regex SafeId();
}
