using System.Text.RegularExpressions;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>Open access is limited to this machine, unless the configuration explicitly allows more.</summary>
internal static partial class ExposureAttacks
{
    /// <summary>An address of the namespace's loopback device that is not a loopback address (see run.sh).</summary>
    private const string OutsideAddress = "192.0.2.1";

    public static readonly IReadOnlyList<Attack> All =
    [
        new("nginx-beyond-loopback", "exposure", "5", "render.sh refuses addresses beyond loopback in open mode", RenderAsync),
        new("processes-beyond-loopback", "exposure", "5", "sidecar and functions refuse addresses beyond loopback in open mode", ProcessesAsync),
        new("rebinding-on-an-open-network", "exposure", "8", "a foreign Host is refused on every address; start tells who can reach the gateway", RebindingAsync) { NeedsNamespace = true },
    ];

    private static async Task RenderAsync(AttackContext context, Tally tally)
    {
        var directory = context.NewDirectory("render");
        var port = FreePort.Find();
        foreach (var address in (string[])[$"0.0.0.0:{port}", $"{port}", $"*:{port}", $"[::]:{port}", $"192.0.2.1:{port}", $"10.0.0.5:{port}", $"example.com:{port}", "0.0.0.0"])
        {
            // The files are only rendered, so nothing listens beyond loopback.
            var (exitCode, output) = await NginxFrontDoor.TryRenderAsync(Path.Combine(directory, "open"), new Dictionary<string, string?> { ["DRAGOMAN_NGINX_LISTEN"] = address });
            tally.Expect(exitCode != 0 && output.Length > 10, $"{address} is rendered: exit {exitCode} {output}");
        }

        foreach (var address in (string[])[$"127.0.0.1:{port}", $"127.0.0.2:{port}", $"[::1]:{port}", $"localhost:{port}"])
        {
            var (exitCode, output) = await NginxFrontDoor.TryRenderAsync(Path.Combine(directory, "loopback"), new Dictionary<string, string?> { ["DRAGOMAN_NGINX_LISTEN"] = address });
            tally.Expect(exitCode == 0, $"{address} is refused: exit {exitCode} {output}");
        }
    }

    private static async Task ProcessesAsync(AttackContext context, Tally tally)
    {
        foreach (var name in (string[])["sidecar", "functions"])
        {
            foreach (var address in (string[])["0.0.0.0", "::", OutsideAddress, "::ffff:0.0.0.0"])
            {
                var start = await StartUp.TryAsync(context, name, "{}", new() { ["DRAGOMAN_LISTEN"] = address });
                tally.Expect(start.TellsAMistake, $"{name} on {address}: {start}");
            }
        }
    }

    private static async Task RebindingAsync(AttackContext context, Tally tally)
    {
        using var provider = new HostileProvider();
        var directory = context.NewDirectory("rebinding");
        var file = Path.Combine(directory, "gateway.json");
        await File.WriteAllTextAsync(file, Providers.Configuration(provider.Address, ", \"access\": { \"allowOpenNetwork\": true, \"hosts\": [\"dragoman.example.com\"] }"));
        foreach (var name in (string[])["sidecar", "functions"])
        {
            await using var process = DragomanProcess.Launch(name, directory, new Dictionary<string, string?> { ["DRAGOMAN_CONFIG"] = file, ["DRAGOMAN_LISTEN"] = "0.0.0.0" });
            var port = (await process.LineAsync(Port())).Groups[1].Value;
            var address = new Uri($"http://{OutsideAddress}:{port}");
            var body = ClientApi.Chat.Body("compatible/fk-ok");
            foreach (var host in (string[])[$"evil.example:{port}", "evil.example", "localhost.evil.example", "evil.example.", "xn--evil-example", "192.0.2.1.evil.example"])
            {
                var answer = await Client.PostAsync(address, ClientApi.Chat.Path, body, null, ("Host", host), ("Origin", $"http://{host}"));
                tally.Expect(answer.Status is 403 or 400 or 421, $"Host {host} at {name} is {answer}");
                var read = await Client.GetAsync(address, "/api/tags", null, ("Host", host));
                tally.Expect(read.Status is 403 or 400 or 421, $"GET with Host {host} at {name} is {read}");
            }

            foreach (var host in (string[])[$"{OutsideAddress}:{port}", $"dragoman.example.com:{port}"])
            {
                var answer = await Client.PostAsync(address, ClientApi.Chat.Path, body, null, ("Host", host));
                tally.Expect(answer.Status == 200, $"Host {host} at {name} is {answer}");
            }

            tally.Expect(process.Lines.Any(line => TellsOpen().IsMatch(line)), $"nothing at the start of {name} says that it is open: {process.Log}");
        }
    }

    [GeneratedRegex(@"listening on http://[^ ]*:(\d+)")]
    private static partial Regex Port();

    [GeneratedRegex("(?i)open.*(any|every|reach)|(any|every|whoever).*(reach|network)")]
    private static partial Regex TellsOpen();
}
