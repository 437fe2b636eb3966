using System.Diagnostics;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;

namespace Dragoman.Attack.Attacks;

/// <summary>A broken or hostile provider affects only its own answers.</summary>
internal static class ProviderFaultAttacks
{
    public static readonly IReadOnlyList<Attack> All =
    [
        new("request-ids-of-providers", "provider", "12", "an odd or endless request id of a provider does not spoil a good answer", RequestIdsAsync) { IsFast = true },
        new("silent-list", "provider", "13", "a provider whose list never comes delays nobody else", SilentListAsync) { Waits = true },
        new("headers-of-providers", "provider", "E", "redirects to internal locations, cookies and CORS headers of a provider are not passed on", HeadersAsync) { IsFast = true },
        new("broken-providers", "provider", "V", "every fault of a provider is an error in time, and never looks like a good end", FaultsAsync),
        new("amplification", "provider", "U", "a request makes a bounded number of calls", AmplificationAsync) { IsFast = true },
    ];

    private static async Task RequestIdsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var (name, address) in ((string, Uri)[])[("nginx", field.Door.Address), ("sidecar", field.Sidecar.Address)])
        {
            foreach (var kind in Providers.All)
            {
                foreach (var id in (string[])["high", "control", "escape", "long"])
                {
                    foreach (var stream in (bool[])[false, true])
                    {
                        var answer = await Client.PostAsync(address, ClientApi.OllamaChat.Path, ClientApi.OllamaChat.Body($"{kind.Name}/fk-id-{id}", stream));
                        // A control character in a header is not valid HTTP. Rejecting the whole answer is right too, as the provider's failure.
                        tally.Expect(answer.Status == 200 || (id is "control" or "escape" && answer.Status == 502 && answer.Body.Contains("error", StringComparison.Ordinal)), $"{kind.Name} with an id of kind '{id}'{(stream ? ", streamed," : "")} through {name} is {answer}");
                        tally.Expect(answer.Headers.Length < 8192, $"{kind.Name}: {answer.Headers.Length} characters of headers");
                    }
                }
            }
        }

        tally.Expect(!(await field.LogsAsync()).Contains("   at ", StringComparison.Ordinal), "a stack trace is in a log");
    }

    private static async Task SilentListAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan
        {
            HasDoor = false,
            HasFunctions = false,
            Configuration = address => $$"""
                { "providers": {
                  "dead": { "dialect": "openai", "baseUrl": "{{address}}list-silent/v1", "apiKey": "any", "publish": "all", "options": { "server": "generic" } },
                  {{Providers.Compatible.Entry(address, ", \"publish\": \"all\"")}} } }
                """,
        });
        // A name that only model lists know may wait once for the first lists.
        await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("fk-ok"));
        var watched = Stopwatch.StartNew();
        var slow = new Dictionary<string, int>();
        var asked = 0;
        while (watched.Elapsed < TimeSpan.FromSeconds(25))
        {
            foreach (var model in (string[])["compatible/fk-ok", "fk-ok"])
            {
                var began = Stopwatch.GetTimestamp();
                var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, ClientApi.Chat.Body(model));
                var took = Stopwatch.GetElapsedTime(began);
                asked++;
                tally.Expect(answer.Status == 200 && took < TimeSpan.FromSeconds(2), $"{model} took {took.TotalSeconds:0.0} s: {answer}");
                if (took >= TimeSpan.FromSeconds(2))
                    slow[model] = slow.GetValueOrDefault(model) + 1;
            }

            await Task.Delay(250);
        }

        tally.Note($"slow of {asked}: {string.Join(", ", slow.Select(each => $"{each.Key} {each.Value}"))}");
    }

    private static async Task HeadersAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var kind in Providers.All)
        {
            foreach (var stream in (bool[])[false, true])
            {
                foreach (var (name, address) in field.Ways)
                {
                    var answer = await Client.PostAsync(address, ClientApi.Chat.Path, ClientApi.Chat.Body($"{kind.Name}/fk-headers", stream));
                    tally.Expect(answer.Status == 200, $"{kind.Name} through {name} is {answer}");
                    foreach (var header in (string[])["Set-Cookie", "X-Accel-Redirect", "Location", "Refresh", "Access-Control-Allow-Origin"])
                        tally.Expect(answer.Header(header) is null, $"{header} of {kind.Name} came through {name}");
                }
            }
        }
    }

    private static async Task FaultsAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan
        {
            HasDoor = false,
            HasFunctions = false,
            OfEachProvider = ", \"timeouts\": { \"firstEventSeconds\": 2, \"idleSeconds\": 2, \"totalSeconds\": 6 }",
        });
        string[] faults = ["silent", "dribble", "dribblehead", "line", "endless", "html", "empty", "cut", "close", "nothttp", "manyheaders", "gzip", "weird-199", "weird-204", "weird-299", "weird-999", "badutf"];
        string[] mayBeGood = ["dribble", "weird-299", "badutf", "manyheaders"];
        var tries = faults.SelectMany(fault => Providers.All.Select(kind => (fault, kind))).SelectMany(each => ((bool[])[false, true]).Select(stream => (each.fault, each.kind, stream)));
        await Parallel.ForEachAsync(tries, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (each, _) =>
        {
            var (fault, kind, stream) = each;
            var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, ClientApi.Chat.Body($"{kind.Name}/fk-{fault}", stream), TimeSpan.FromSeconds(45));
            var isGood = answer.Status == 200 && (stream ? answer.Body.Contains("[DONE]", StringComparison.Ordinal) : answer.Body.Contains("\"finish_reason\":\"stop\"", StringComparison.Ordinal));
            // Cutting the connection is the last way to report that an answer is incomplete.
            var isTold = answer.Status is >= 400 and not 500 || answer.Body.Contains("\"error\"", StringComparison.Ordinal) || (answer.Status == 0 && answer.Body != "no answer in time");
            tally.Expect(isTold || (isGood && mayBeGood.Contains(fault)), $"{fault} of {kind.Name}{(stream ? ", streamed," : "")} is {answer}");
        });
        var after = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("compatible/fk-ok"));
        tally.Expect(after.Status == 200, $"afterwards a good request is {after}");
        tally.Expect(!field.Sidecar.Log.Contains("   at ", StringComparison.Ordinal), "a stack trace is in the log");
    }

    private static async Task AmplificationAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        (string Name, string Path, string Body, int Most)[] tries =
        [
            ("a refused chat", ClientApi.OllamaChat.Path, ClientApi.OllamaChat.Body("compatible/fk-status-400"), 7),
            ("a too long chat", ClientApi.OllamaChat.Path, $$"""{"model":"compatible/fk-status-413","messages":[{{string.Join(',', Enumerable.Repeat("{\"role\":\"user\",\"content\":\"x\"}", 200))}}]}""", 10),
            ("1,000 texts that are refused", ClientApi.Embeddings.Path, $$"""{"model":"compatible/fk-status-400","input":[{{string.Join(',', Enumerable.Repeat("\"x\"", 1000))}}]}""", 40),
            ("20,000 texts that fail", ClientApi.OllamaEmbed.Path, $$"""{"model":"compatible/fk-status-500","input":[{{string.Join(',', Enumerable.Repeat("\"x\"", 20_000))}}]}""", 40),
            ("n of 128", ClientApi.Chat.Path, """{"model":"gemini/fk-ok","n":128,"messages":[{"role":"user","content":"x"}]}""", 8),
            ("a schema that is never met", ClientApi.Chat.Path, """{"model":"anthropic/fk-ok","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"p":{"type":"string","pattern":"^q$"}},"required":["p"]}}}}""", 4),
            ("many links to nothing", ClientApi.Chat.Path, $$"""{"model":"gemini/fk-ok","messages":[{"role":"user","content":[{{string.Join(',', Enumerable.Range(0, 30).Select(each => $"{{\"type\":\"image_url\",\"image_url\":{{\"url\":\"http://127.0.0.1:1/{each}\"}}}}"))}}]}]}""", 0),
        ];
        foreach (var (name, path, body, most) in tries)
        {
            field.Provider.Forget();
            await Client.PostAsync(field.Sidecar.Address, path, body);
            tally.Note($"{name}: {field.Provider.Calls.Count} calls");
            tally.Expect(field.Provider.Calls.Count <= most, $"{name} made {field.Provider.Calls.Count} calls");
        }
    }
}
