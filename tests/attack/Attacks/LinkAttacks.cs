using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;

namespace Dragoman.Attack.Attacks;

/// <summary>A link in a request never makes the gateway connect to an address that is not public.</summary>
internal static class LinkAttacks
{
    public static readonly IReadOnlyList<Attack> All =
    [
        new("platform-addresses", "links", "16", "addresses of cloud platforms, private and reserved networks are never fetched from", PlatformAsync) { NeedsNamespace = true },
        new("links-to-inner-servers", "links", "16", "links to inner addresses are not passed to a provider that stands inside", InnerAsync) { IsFast = true },
        new("spellings-of-loopback", "links", "L", "no spelling of a loopback address is fetched from", SpellingsAsync),
        new("downloads", "links", "M", "fetched links are bounded in number, size, time and redirects", DownloadsAsync),
        new("web-tools", "links", "N", "Ollama's web-search and web-fetch fetch nothing", WebToolsAsync) { IsFast = true },
    ];

    /// <summary>Private addresses, which run.sh assigns to the namespace's loopback device.</summary>
    private static readonly string[] PlatformAddresses = ["168.63.129.16", "169.254.169.254", "100.100.100.200", "192.0.2.1", "10.11.12.13", "192.168.77.77", "172.20.1.1"];

    private static async Task PlatformAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var address in PlatformAddresses)
        {
            using var stranger = Stranger.TryStart(address, 80);
            if (stranger is null)
            {
                tally.Note($"{address} is not here");
                continue;
            }

            foreach (var (api, body) in Carriers($"http://{address}/x.png"))
            {
                var answer = await Client.PostAsync(field.Sidecar.Address, api.Path, body);
                tally.Expect(answer.Status is >= 400 and < 500, $"a link to {address} at {api.Path} is {answer}");
            }

            tally.Expect(stranger.Connections == 0, $"{address} was reached {stranger.Connections} times");
        }
    }

    private static async Task InnerAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        using var stranger = Stranger.TryStart("127.0.0.1")!;
        foreach (var link in (string[])[$"http://127.0.0.1:{stranger.Port}/secret.png", "http://169.254.169.254/latest/meta-data/", "http://localhost:1/x.png", "file:///etc/passwd"])
        {
            foreach (var api in (ClientApi[])[ClientApi.Chat, ClientApi.Messages, ClientApi.Responses])
            {
                field.Provider.Forget();
                var body = Carriers(link).First(each => each.Api == api).Body.Replace("gemini/", "compatible/", StringComparison.Ordinal);
                var answer = await Client.PostAsync(field.Sidecar.Address, api.Path, body);
                tally.Expect(field.Provider.Calls.All(call => !call.Body.Contains(link, StringComparison.Ordinal)), $"{link} at {api.Path} was passed to an inner server: {answer}");
            }
        }

        tally.Expect(stranger.Connections == 0, "the gateway fetched an inner link itself");
    }

    private static async Task SpellingsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        using var stranger = Stranger.TryStart("127.0.0.1")!;
        string[] hosts =
        [
            "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.000.000.001", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "localhost", "LOCALHOST", "localhost.", "x.localhost", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021",
            "127.0.0.1.", "127.255.255.254", "user@127.0.0.1", "user:pass@127.0.0.1", "example.com@127.0.0.1", "%31%32%37.0.0.1", "[fe80::1%25lo]", "[::1%25lo]", "ip6-localhost", Environment.MachineName,
        ];
        foreach (var host in hosts)
        {
            foreach (var (api, body) in Carriers($"http://{host}:{stranger.Port}/x.png"))
            {
                var answer = await Client.PostAsync(field.Sidecar.Address, api.Path, body);
                tally.Expect(answer.Status is >= 400 and < 500, $"a link to {host} at {api.Path} is {answer}");
            }
        }

        tally.Expect(stranger.Connections == 0, $"the stranger was reached {stranger.Connections} times: {stranger.Received.FirstOrDefault()?.Split('\r').ElementAtOrDefault(1)}");
    }

    private static async Task DownloadsAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false, More = ", \"access\": { \"downloads\": \"any\" }" });
        await using var server = await LinkServer.StartAsync();
        (string Name, string Link, bool IsGood)[] links =
        [
            ("a picture", "picture", true), ("a redirect to it", "hop-1", true), ("4 redirects", "hop-4", false), ("a redirect to itself", "loop", false), ("a redirect to a file", "tofile", false),
            ("no picture", "html", false), ("21 MiB", "large", false), ("21 MiB in chunks", "largechunks", false), ("a compressed picture", "gzip", false), ("a status of 500", "failure", false),
        ];
        foreach (var (name, link, isGood) in links)
        {
            var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, Carriers($"{server.Address}{link}")[0].Body);
            tally.Expect(isGood ? answer.Status == 200 : answer.Status is >= 400 and < 500, $"{name} is {answer}");
        }

        var many = string.Join(',', Enumerable.Range(0, 21).Select(each => $"{{\"type\":\"image_url\",\"image_url\":{{\"url\":\"{server.Address}picture?{each}\"}}}}"));
        var tooMany = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, $$"""{"model":"gemini/fk-ok","messages":[{"role":"user","content":[{{many}}]}]}""");
        tally.Expect(tooMany.Status == 400, $"21 links are {tooMany}");
    }

    private static async Task WebToolsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        using var stranger = Stranger.TryStart("127.0.0.1")!;
        foreach (var (name, address) in field.Ways)
        {
            foreach (var path in (string[])["/api/web_fetch", "/api/web_search", "/api/experimental/web_fetch", "/api/experimental/web_search"])
            {
                var answer = await Client.PostAsync(address, path, $$"""{"url":"http://127.0.0.1:{{stranger.Port}}/","query":"http://127.0.0.1:{{stranger.Port}}/"}""");
                tally.Expect(answer.Status is 403 or 404 or 501, $"{path} at {name} is {answer}");
            }
        }

        tally.Expect(stranger.Connections == 0, "the stranger was reached");
    }

    /// <summary>Requests to a model of a provider that downloads no links itself, each with the link in another place.</summary>
    private static IReadOnlyList<(ClientApi Api, string Body)> Carriers(string link)
    {
        var quoted = System.Text.Json.JsonSerializer.Serialize(link);
        return
        [
            (ClientApi.Chat, $$$"""{"model":"gemini/fk-ok","messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":{{{quoted}}}}}]}]}"""),
            (ClientApi.Messages, $$$"""{"model":"gemini/fk-ok","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":{{{quoted}}}}}]}]}"""),
            (ClientApi.Messages, $$$"""{"model":"gemini/fk-ok","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":{{{quoted}}}}}]}]}"""),
            (ClientApi.Responses, $$$"""{"model":"gemini/fk-ok","input":[{"role":"user","content":[{"type":"input_image","image_url":{{{quoted}}}}]}]}"""),
            (ClientApi.Responses, $$$"""{"model":"gemini/fk-ok","input":[{"role":"user","content":[{"type":"input_file","file_url":{{{quoted}}}}]}]}"""),
        ];
    }
}
