using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;

namespace Dragoman.Attack.Attacks;

/// <summary>Neither a provider's text nor anything else ever reveals the gateway's secrets.</summary>
internal static class SecretAttacks
{
    private static readonly int[] Statuses = [400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503];

    private static readonly string[] StatusPaths =
    [
        "/metrics", "/status", "/debug", "/debug/vars", "/env", "/config", "/gateway.json", "/.env", "/admin", "/api/config", "/openapi.json", "/health", "/ready", "/nginx_status", "/server-status", "/.git/config", "/api/tags", "/v1/models",
    ];

    public static readonly IReadOnlyList<Attack> All =
    [
        new("key-in-errors", "credentials", "4", "no provider's error text carries the key, at any status, to any client or log", ErrorsAsync) { IsFast = true },
        new("key-in-stream-errors", "credentials", "4", "no error inside a stream carries the key", StreamErrorsAsync) { IsFast = true },
        new("key-in-answers", "credentials", "4", "a good answer that quotes the key loses it, whole and streamed", AnswersAsync) { IsFast = true },
        new("key-in-headers", "credentials", "4", "no header that a provider sends carries the key on", HeadersAsync) { IsFast = true },
        new("bad-keys", "credentials", "4", "keys with line ends, control characters or letters beyond ASCII, and empty ones, are refused at start", BadKeysAsync),
        new("key-in-sight", "credentials", "R", "no key in arguments, nginx's environment or any path that answers", InSightAsync) { IsFast = true },
    ];

    private static async Task ErrorsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        var tries = Providers.All.SelectMany(kind => Statuses.Select(status => $"{kind.Name}/fk-status-{status}").Append($"{kind.Name}/fk-plain-403").Append($"{kind.Name}/fk-plain-500"))
            .SelectMany(model => ((ClientApi[])[ClientApi.OllamaChat, ClientApi.Chat, ClientApi.Messages]).Select(api => (api, model)))
            .Concat(Providers.All.SelectMany(kind => ClientApi.All.Select(api => (api, model: $"{kind.Name}/fk-status-403"))));
        await Parallel.ForEachAsync(tries, async (each, _) =>
        {
            var answer = await Client.PostAsync(field.Sidecar.Address, each.api.Path, each.api.Body(each.model));
            tally.Expect(!Sentinel.IsIn(answer.Body + answer.Headers), $"{each.model} at {each.api.Path}: {answer}");
            // When the provider does not count tokens, the gateway estimates them without a call.
            tally.Expect(answer.Status >= 400 || each.api == ClientApi.MessageCount, $"a failure of {each.model} at {each.api.Path} is {answer}");
        });
        tally.Expect(!Sentinel.IsIn(await field.LogsAsync()), "a key is in a log");
    }

    private static async Task StreamErrorsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        var tries = Providers.All.SelectMany(kind => ClientApi.Generating.Select(api => (api, model: $"{kind.Name}/fk-keystream")));
        await Parallel.ForEachAsync(tries, async (each, _) =>
        {
            var answer = await Client.PostAsync(field.Sidecar.Address, each.api.Path, each.api.Body(each.model, stream: true));
            tally.Expect(!Sentinel.IsIn(answer.Body + answer.Headers), $"{each.model} at {each.api.Path}: {(answer.Body.Length > 250 ? answer.Body[^250..] : answer.Body)}");
        });
        tally.Expect(!Sentinel.IsIn(await field.LogsAsync()), "a key is in a log");
    }

    private static async Task AnswersAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        var tries = Providers.All.SelectMany(kind => ClientApi.Generating.SelectMany(api => ((bool[])[false, true]).Select(stream => (kind, api, stream))));
        await Parallel.ForEachAsync(tries, async (each, _) =>
        {
            var answer = await Client.PostAsync(field.Sidecar.Address, each.api.Path, each.api.Body($"{each.kind.Name}/fk-keytext", each.stream));
            tally.Expect(answer.Status != 200 || answer.Body.Contains("Good day", StringComparison.Ordinal), $"{each.kind.Name} at {each.api.Path} is {answer}");
            tally.Expect(!Sentinel.IsIn(answer.Body), $"{each.kind.Name} at {each.api.Path}{(each.stream ? ", streamed" : "")}: {answer}");
        });
    }

    private static async Task HeadersAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var kind in Providers.All)
        {
            foreach (var api in ClientApi.Generating)
            {
                var answer = await Client.PostAsync(field.Sidecar.Address, api.Path, api.Body($"{kind.Name}/fk-keyid"));
                tally.Expect(answer.Status == 200 || kind == Providers.OpenAI || kind == Providers.Azure, $"{kind.Name} at {api.Path} is {answer}");
                tally.Expect(!Sentinel.IsIn(answer.Headers + answer.Body), $"{kind.Name} at {api.Path}: {answer.Headers.Split('\n').FirstOrDefault(Sentinel.IsIn)}");
            }
        }

        tally.Expect(!Sentinel.IsIn(await field.LogsAsync()), "a key is in a log");
    }

    private static async Task BadKeysAsync(AttackContext context, Tally tally)
    {
        (string Name, string Key)[] keys = [("a line feed", "abc\ndef"), ("a carriage return", "abc\rX-Injected: 1"), ("a control character", "abc\u0001def"), ("a NUL", "abc\u0000def"), ("a letter beyond ASCII", "schl\u00fcssel"), ("nothing", ""), ("only spaces", "   "), ("a space within", "ab cd")];
        foreach (var (name, key) in keys)
        {
            var inline = await StartUp.TryAsync(context, "sidecar", $$"""{ "providers": { "p": { "dialect": "gemini", "apiKey": {{System.Text.Json.JsonSerializer.Serialize(key)}} } } }""");
            // A space is neither a line end nor a control character, so it may be accepted.
            tally.Expect(inline.ExitCode == 2 || name == "a space within", $"a key with {name} in the file: {inline}");
            if (!key.Contains('\0', StringComparison.Ordinal))
            {
                var variable = await StartUp.TryAsync(context, "sidecar", """{ "providers": { "p": { "dialect": "openai", "apiKey": "env:ATTACKED_KEY" } } }""", new() { ["ATTACKED_KEY"] = key });
                tally.Expect(variable.ExitCode == 2 || name == "a space within", $"a key with {name} in a variable: {variable}");
            }

            tally.Expect(!inline.Log.Contains("abc", StringComparison.Ordinal), $"the refusal of a key with {name} shows it: {inline}");
        }
    }

    private static async Task InSightAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var (name, address) in field.Ways)
        {
            foreach (var path in StatusPaths)
            {
                var answer = await Client.GetAsync(address, path);
                tally.Expect(!Sentinel.IsIn(answer.Body + answer.Headers), $"{path} at {name}: {answer}");
            }
        }

        foreach (var process in (int[])[field.Sidecar.Id, field.Functions.Id, .. field.Door.WorkerIds])
            tally.Expect(!Sentinel.IsIn(File.ReadAllText($"/proc/{process}/cmdline")), $"a key is in the arguments of process {process}");
        foreach (var process in field.Door.WorkerIds)
            tally.Expect(!Sentinel.IsIn(File.ReadAllText($"/proc/{process}/environ")), $"a key is in the environment of nginx {process}");
        foreach (var call in field.Provider.Calls)
            tally.Expect(!Sentinel.IsIn(call.Target), $"a key is in the address {call.Target}");
    }
}
