using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>The cost of a request grows no faster than its size, and no request stops the others.</summary>
internal static class LinearWorkAttacks
{
    /// <summary>In seconds of CPU time. A shape that takes more at the second size is measured again.</summary>
    private const double Suspicious = 0.6;

    /// <summary>The factor that twice the size may take: two, plus what a garbage collection may add.</summary>
    private const double MostGrowth = 2.6;

    private const int Size = 8000;

    /// <summary>In bytes, just below the largest body that is read on the socket thread.</summary>
    private const int SmallSize = 2600;

    public static readonly IReadOnlyList<Attack> All =
    [
        new("growth", "processor", "2", "twice the request takes at most 2.6 times the processor time", GrowthAsync),
        new("left", "processor", "2", "work for a client that has left ends within a second", LeftAsync),
        new("health-under-small-bodies", "processor", "2", "/health waits at most 50 ms while 32 of the worst small bodies are read", UnderSmallBodiesAsync),
        new("health-under-large-bodies", "processor", "2", "/health waits at most 50 ms while the worst large bodies are read", UnderLargeBodiesAsync),
        new("health-while-lists-are-silent", "processor", "2", "/health waits at most 50 ms while a large request waits for a silent provider's list", UnderSilentListAsync),
    ];

    /// <summary>Requests that grow in one place, by name.</summary>
    private static readonly IReadOnlyList<(string Name, ClientApi Api, Func<int, string> Members)> Shapes =
    [
        ("unknown options", ClientApi.OllamaChat, n => $"\"options\":{{{Many(n, i => $"\"u{i}\":1")}}},{OneMessage}"),
        ("unknown members", ClientApi.OllamaChat, n => $"{Many(n, i => $"\"u{i}\":1")},{OneMessage}"),
        ("unknown options and members", ClientApi.OllamaChat, n => $"\"options\":{{{Many(n, i => $"\"u{i}\":1")}}},{Many(n, i => $"\"v{i}\":1")},{OneMessage}"),
        ("calls and results", ClientApi.Chat, Calls),
        ("results without calls", ClientApi.Chat, n => $"\"messages\":[{Many(n, i => $"{{\"role\":\"tool\",\"tool_call_id\":\"c{i}\",\"content\":\"r\"}}")}]"),
        ("calls of one id", ClientApi.Chat, n => $"\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}},{{\"role\":\"assistant\",\"tool_calls\":[{Many(n, _ => Call("c"))}]}},{Many(n, _ => "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"}")}]"),
        ("turns of a call each", ClientApi.Chat, n => $"\"messages\":[{Many(n / 2, i => $"{{\"role\":\"assistant\",\"tool_calls\":[{Call($"c{i}")}]}},{{\"role\":\"tool\",\"tool_call_id\":\"c{i}\",\"content\":\"r\"}}")}]"),
        ("tool_use and tool_result", ClientApi.Messages, n => $"\"max_tokens\":9,\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}},{{\"role\":\"assistant\",\"content\":[{Many(n, i => $"{{\"type\":\"tool_use\",\"id\":\"c{i}\",\"name\":\"f\",\"input\":{{}}}}")}]}},{{\"role\":\"user\",\"content\":[{Many(n, i => $"{{\"type\":\"tool_result\",\"tool_use_id\":\"c{i}\",\"content\":\"r\"}}")}]}}]"),
        ("function_call items", ClientApi.Responses, n => $"\"input\":[{{\"role\":\"user\",\"content\":\"x\"}},{Many(n, i => $"{{\"type\":\"function_call\",\"call_id\":\"c{i}\",\"name\":\"f\",\"arguments\":\"{{}}\"}}")},{Many(n, i => $"{{\"type\":\"function_call_output\",\"call_id\":\"c{i}\",\"output\":\"r\"}}")}]"),
        ("Ollama calls without ids", ClientApi.OllamaChat, n => $"\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}},{{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{Many(n, i => $"{{\"function\":{{\"name\":\"f{i}\",\"arguments\":{{}}}}}}")}]}},{Many(n, i => $"{{\"role\":\"tool\",\"tool_name\":\"f{i}\",\"content\":\"r\"}}")}]"),
        ("unknown members of a message", ClientApi.Chat, n => $"\"messages\":[{{\"role\":\"user\",\"content\":\"x\",{Many(n, i => $"\"u{i}\":1")}}}]"),
        ("unknown members of a block", ClientApi.Messages, n => $"\"max_tokens\":9,\"messages\":[{{\"role\":\"user\",\"content\":[{{\"type\":\"text\",\"text\":\"x\",{Many(n, i => $"\"u{i}\":1")}}}]}}]"),
        ("messages", ClientApi.Chat, n => $"\"messages\":[{Many(n, i => $"{{\"role\":\"{(i % 2 == 0 ? "user" : "assistant")}\",\"content\":\"x\"}}")}]"),
        ("system messages", ClientApi.Chat, n => $"\"messages\":[{Many(n, _ => "{\"role\":\"system\",\"content\":\"x\"}")},{{\"role\":\"user\",\"content\":\"x\"}}]"),
        ("input messages", ClientApi.Responses, n => $"\"input\":[{Many(n, _ => "{\"role\":\"user\",\"content\":\"x\"}")}]"),
        ("text parts", ClientApi.Chat, n => $"\"messages\":[{{\"role\":\"user\",\"content\":[{Many(n, _ => "{\"type\":\"text\",\"text\":\"x\"}")}]}}]"),
        ("pictures", ClientApi.OllamaChat, n => $"\"messages\":[{{\"role\":\"user\",\"content\":\"x\",\"images\":[{Many(n, _ => "\"iVBORw0KGgo=\"")}]}}]"),
        ("tools", ClientApi.Chat, n => $"\"tools\":[{Many(n, i => $"{{\"type\":\"function\",\"function\":{{\"name\":\"f{i}\",\"parameters\":{{\"type\":\"object\"}}}}}}")}],{OneMessage}"),
        ("tools whose names have to be changed", ClientApi.Chat, n => $"\"tools\":[{Many(n, i => $"{{\"type\":\"function\",\"function\":{{\"name\":\"f.{i} \",\"parameters\":{{\"type\":\"object\"}}}}}}")}],{OneMessage}"),
        ("Anthropic tools", ClientApi.Messages, n => $"\"max_tokens\":9,\"tools\":[{Many(n, i => $"{{\"name\":\"f{i}\",\"input_schema\":{{\"type\":\"object\"}}}}")}],{OneMessage}"),
        ("stop sequences", ClientApi.Chat, n => $"\"stop\":[{Many(n, i => $"\"s{i}\"")}],{OneMessage}"),
        ("logit_bias", ClientApi.Chat, n => $"\"logit_bias\":{{{Many(n, i => $"\"{i}\":1")}}},{OneMessage}"),
        ("metadata", ClientApi.Responses, n => $"\"metadata\":{{{Many(n, i => $"\"m{i}\":\"x\"")}}},\"input\":\"x\""),
        ("properties of a tool's schema", ClientApi.Chat, n => $"\"tools\":[{{\"type\":\"function\",\"function\":{{\"name\":\"f\",\"parameters\":{{\"type\":\"object\",\"properties\":{{{Many(n, i => $"\"p{i}\":{{\"type\":\"string\"}}")}}}}}}}}}],{OneMessage}"),
        ("required properties of an answer's schema", ClientApi.Chat, n => $"\"response_format\":{{\"type\":\"json_schema\",\"json_schema\":{{\"name\":\"n\",\"schema\":{{\"type\":\"object\",\"properties\":{{{Many(n, i => $"\"p{i}\":{{\"type\":\"string\"}}")}}},\"required\":[{Many(n, i => $"\"p{i}\"")}]}}}}}},{OneMessage}"),
        ("values of an enum", ClientApi.Chat, n => $"\"response_format\":{{\"type\":\"json_schema\",\"json_schema\":{{\"name\":\"n\",\"schema\":{{\"enum\":[{Many(n, i => $"\"e{i}\"")}]}}}}}},{OneMessage}"),
        ("alternatives of a schema", ClientApi.Chat, n => $"\"response_format\":{{\"type\":\"json_schema\",\"json_schema\":{{\"name\":\"n\",\"schema\":{{\"anyOf\":[{Many(n, i => $"{{\"const\":{i}}}")}]}}}}}},{OneMessage}"),
        ("arguments of a call", ClientApi.Chat, n => $"\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}},{{\"role\":\"assistant\",\"tool_calls\":[{{\"id\":\"c\",\"type\":\"function\",\"function\":{{\"name\":\"f\",\"arguments\":\"{{{Many(n, i => $"\\\"a{i}\\\":1")}}}\"}}}}]}},{{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"}}]"),
        ("escapes in a text", ClientApi.Chat, n => $"\"messages\":[{{\"role\":\"user\",\"content\":\"{string.Concat(Enumerable.Repeat("\\u0041\\n", n * 4))}\"}}]"),
        ("arrays in an unknown member", ClientApi.OllamaChat, n => $"\"unknown\":[{Many(n, _ => "[[[[]]]]")}],{OneMessage}"),
    ];

    private const string OneMessage = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";

    private static async Task GrowthAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false });
        var worst = (Factor: 0.0, Seconds: 0.0, Name: "nothing");
        var kinds = context.IsFull ? Providers.All : [Providers.Compatible, Providers.Gemini];
        foreach (var kind in kinds)
        {
            foreach (var shape in Shapes)
            {
                // Compiles the code, so that the compilation does not count for the first size.
                await TakeAsync(field, kind, shape, 200);
                var once = await TakeAsync(field, kind, shape, Size);
                var twice = await TakeAsync(field, kind, shape, 2 * Size);
                var factor = twice / Math.Max(once, 0.05);
                if (twice > worst.Seconds)
                    worst = (factor, twice, $"{shape.Name} at {kind.Name}");
                tally.Expect(
                    twice <= Suspicious || factor <= MostGrowth,
                    string.Create(CultureInfo.InvariantCulture, $"{shape.Name} at {kind.Name}: {once:0.00} s for {Size}, {twice:0.00} s for {2 * Size}"));
            }
        }

        tally.Note(string.Create(CultureInfo.InvariantCulture, $"the most was {worst.Seconds:0.00} s of processor time for {2 * Size} ({worst.Name}), {worst.Factor:0.0} times that for {Size}"));
    }

    private static async Task<double> TakeAsync(Field field, HostileKind kind, (string Name, ClientApi Api, Func<int, string> Members) shape, int size)
    {
        var body = BodyOf(kind, shape.Members(size));
        var before = ProcessorTime.Of(field.Sidecar.Id);
        await Client.PostAsync(field.Sidecar.Address, shape.Api.Path, body, TimeSpan.FromSeconds(60));
        return ProcessorTime.Of(field.Sidecar.Id) - before;
    }

    private static async Task LeftAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false });
        var body = Encoding.UTF8.GetBytes(BodyOf(Providers.Gemini, Calls(context.IsFull ? 40_000 : 20_000)));
        var idle = ProcessorTime.Of(field.Sidecar.Id);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, field.Sidecar.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: {field.Sidecar.Address.Authority}\r\nContent-Length: {body.Length}\r\n\r\n"));
            await client.GetStream().WriteAsync(body);
            // Waits until the work has begun or is done.
            await Eventually.HoldsAsync(() => ProcessorTime.Of(field.Sidecar.Id) - idle > 0.5 || field.Provider.Calls.Count > 0, () => "nothing is done");
            client.Client.LingerState = new LingerOption(true, 0);
        }

        var wasDone = field.Provider.Calls.Count > 0;
        var before = ProcessorTime.Of(field.Sidecar.Id);
        var after = before;
        double last;
        do
        {
            last = after;
            // On a busy machine even a working process gets little CPU time.
            await Task.Delay(2000);
            after = ProcessorTime.Of(field.Sidecar.Id);
        }
        while (after - last > 0.03);
        tally.Note(string.Create(CultureInfo.InvariantCulture, $"{before - idle:0.00} s of processor time until the client left{(wasDone ? ", when the work was done" : "")}, {after - before:0.00} s afterwards"));
        tally.Expect(after - before < 1.5, string.Create(CultureInfo.InvariantCulture, $"{after - before:0.0} s of work for nobody"));
        tally.Expect(wasDone || field.Provider.Calls.Count == 0, "the provider was asked for a client that had left");
    }

    private static Task UnderSmallBodiesAsync(AttackContext context, Tally tally) =>
        WatchAsync(context, tally, "32 small bodies were read at once", SmallSize, 32, [.. Shapes.Take(3), Shapes[3], Shapes[5], Shapes[10]]);

    private static Task UnderLargeBodiesAsync(AttackContext context, Tally tally) =>
        WatchAsync(context, tally, "16 large bodies were read at once", 2 * Size, 16, [Shapes[0], Shapes[3], Shapes[7], Shapes[9]]);

    private static async Task WatchAsync(
        AttackContext context, Tally tally, string what, int size, int count, IReadOnlyList<(string Name, ClientApi Api, Func<int, string> Members)> shapes)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false });
        var bodies = shapes.SelectMany(shape => ((HostileKind[])[Providers.Compatible, Providers.Gemini]).Select(kind => (shape.Api.Path, Body: BodyOf(kind, shape.Members(size))))).ToList();
        foreach (var (path, body) in bodies)
            await Client.PostAsync(field.Sidecar.Address, path, body, TimeSpan.FromSeconds(60));
        await using var watch = new HealthWatch(field.Sidecar.Address, field.Functions.Address);
        await Task.WhenAll(Enumerable.Range(0, count).Select(each => bodies[each % bodies.Count]).Select(async each =>
        {
            var answer = await Client.PostAsync(field.Sidecar.Address, each.Path, each.Body, TimeSpan.FromSeconds(100));
            tally.Expect(answer.Status is not 0, $"{each.Path} was not answered: {answer}");
        }));
        await watch.JudgeAsync(tally, what);
    }

    private static async Task UnderSilentListAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan
        {
            HasDoor = false,
            Configuration = address => $$"""
                { "providers": {
                  "dead": { "dialect": "openai", "baseUrl": "{{address}}list-silent/v1", "apiKey": "any", "publish": "all", "options": { "server": "generic" } },
                  {{Providers.Gemini.Entry(address, ", \"publish\": \"all\"")}} } }
                """,
        });
        await using var watch = new HealthWatch(field.Sidecar.Address, field.Functions.Address);
        var body = BodyOf(Providers.Gemini, Calls(2 * Size)).Replace("gemini/fk-ok", "fk-ok", StringComparison.Ordinal);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, body, TimeSpan.FromSeconds(100))));
        await watch.JudgeAsync(tally, "requests of 2 MB waited for a silent list");
    }

    private static string BodyOf(HostileKind kind, string members) => $"{{\"model\":\"{kind.Name}/fk-ok\",\"stream\":false,{members}}}";

    private static string Calls(int count) =>
        $"\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}},{{\"role\":\"assistant\",\"tool_calls\":[{Many(count, i => Call($"c{i}"))}]}},{Many(count, i => $"{{\"role\":\"tool\",\"tool_call_id\":\"c{i}\",\"content\":\"r\"}}")}]";

    private static string Call(string id) => $"{{\"id\":\"{id}\",\"type\":\"function\",\"function\":{{\"name\":\"f\",\"arguments\":\"{{}}\"}}}}";

    private static string Many(int count, Func<int, string> each) => string.Join(',', Enumerable.Range(0, count).Select(each));
}
