using System.Diagnostics;
using System.Text.RegularExpressions;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>Control characters of clients reach no terminal, secrets reach no log, and no request waits for a slow reader of the log.</summary>
internal static partial class LogAttacks
{
    private const int LongestLine = 2500;

    public static readonly IReadOnlyList<Attack> All =
    [
        new("stuck-log-reader", "logs", "14", "a log reader that stops costs log lines, never requests, /health or SIGTERM", StuckReaderAsync),
        new("escapes-in-logs", "logs", "17", "only printable ASCII of what clients send is logged, and not endlessly much", EscapesAsync),
        new("query-strings-in-logs", "logs", "18", "no query string is in nginx's logs", QueryStringsAsync) { IsFast = true },
    ];

    private static async Task StuckReaderAsync(AttackContext context, Tally tally)
    {
        using var provider = new HostileProvider();
        var directory = context.NewDirectory("log");
        var file = Path.Combine(directory, "gateway.json");
        await File.WriteAllTextAsync(file, Providers.Configuration(provider.Address));
        var start = new ProcessStartInfo(Repository.Executable("sidecar")) { RedirectStandardOutput = true, WorkingDirectory = directory };
        start.Environment["DRAGOMAN_CONFIG"] = file;
        start.Environment[DragomanProcess.PortVariable("sidecar")] = "0";
        using var process = Process.Start(start)!;
        try
        {
            // Only the first lines are read, up to the one with the port.
            Match found;
            do
                found = Port().Match(await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("it ended"));
            while (!found.Success);
            var address = new Uri(found.Groups[1].Value);
            var most = context.IsFull ? 12_000 : 8000;
            var (asked, unanswered) = (0, 0);
            await Parallel.ForEachAsync(Enumerable.Range(0, most), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) =>
            {
                if (unanswered > 0)
                    return;
                var answer = await Client.PostAsync(address, ClientApi.OllamaChat.Path, ClientApi.OllamaChat.Body("mistral/fk-ok"), TimeSpan.FromSeconds(10));
                Interlocked.Increment(ref asked);
                if (answer.Status == 0)
                    Interlocked.Increment(ref unanswered);
            });
            tally.Note($"{asked} requests");
            tally.Expect(unanswered == 0, $"requests hang after {asked - unanswered}");
            var health = await Client.GetAsync(address, "/health", TimeSpan.FromSeconds(10));
            tally.Expect(health.Status == 200, $"/health is {health}");
            Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
            tally.Expect(process.WaitForExit(TimeSpan.FromSeconds(15)), "SIGTERM does not end it within 15 s");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static async Task EscapesAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context);
        string[] texts = ["e\u001b]0;title\u0007", "\u001b[2J\u001b[31mred", "a\u009b31mb", "a\bb", "a\u007fb", "a\u2028b\u2029c", "a\u202eb", "a\u200bb\ufeff", "\u00e9\u6f22\ud83d\udc4b", "a\tb", "a\u0085b", new string('x', 30_000)];
        foreach (var (name, address) in field.Ways)
        {
            foreach (var text in texts)
            {
                // The UTF-8 bytes, each as a character of Latin-1.
                var bytes = string.Concat(System.Text.Encoding.UTF8.GetBytes(text).Select(each => (char)each));
                await Wire.SendAsync(address, $"POST /api/chat HTTP/1.1\r\nHost: {address.Authority}\r\nOrigin: http://{bytes}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}");
                await Wire.SendAsync(address, $"GET /api/tags HTTP/1.1\r\nHost: {bytes}\r\nConnection: close\r\n\r\n");
                await Wire.SendAsync(address, $"GET /{bytes} HTTP/1.1\r\nHost: {address.Authority}\r\nUser-Agent: {bytes}\r\nX-Request-Id: {bytes}\r\nConnection: close\r\n\r\n");
                foreach (var api in (ClientApi[])[ClientApi.OllamaChat, ClientApi.Chat, ClientApi.Messages])
                {
                    await Client.PostAsync(address, api.Path, api.Body($"mistral/fk-ok-{text}"));
                    await Client.PostAsync(address, api.Path, api.Body(text));
                }
            }
        }

        foreach (var (name, lines) in ((string, IEnumerable<string>)[])[("the sidecar", field.Sidecar.Lines), ("the functions", field.Functions.Lines), ("nginx's errors", field.Door.ErrorLog.Split('\n')), ("nginx's accesses", (await field.Door.AccessLogTextAsync()).Split('\n'))])
        {
            foreach (var line in lines)
            {
                tally.Expect(line.All(unit => unit is >= ' ' and <= '~' or '\t'), $"{name}: {line}");
                // nginx's own lines may be as long as its limit for a request's head.
                tally.Expect(line.Length <= LongestLine || name.StartsWith("nginx", StringComparison.Ordinal), $"a line of {line.Length} characters of {name}: {(line.Length > 80 ? line[..80] : line)}");
            }
        }
    }

    private static async Task QueryStringsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        const string Key = "QUERYKEY4711";
        foreach (var size in (int[])[10, 400_000, 34_000_000])
        {
            foreach (var path in (string[])["/v1/chat/completions", "/api/chat", "/v1/models", "/api/tags", "/nowhere"])
                await Client.PostAsync(field.Door.Address, $"{path}?key={Key}", ClientApi.Chat.Body("mistral/fk-close", text: new string('x', size)));
        }

        await Wire.SendAsync(field.Door.Address, $"GET /v1/models?key={Key} HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n");
        await Wire.SendAsync(field.Door.Address, $"GET /v1/models?key={Key}{new string('x', 40_000)} HTTP/1.1\r\nHost: h\r\n\r\n");
        await Wire.SendAsync(field.Door.Address, $"POST /v1/chat/completions?key={Key} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
        await Task.Delay(300);
        foreach (var line in field.Door.ErrorLog.Split('\n').Concat((await field.Door.AccessLogTextAsync()).Split('\n')).Concat(field.Sidecar.Lines).Concat(field.Functions.Lines))
            tally.Expect(!line.Contains(Key, StringComparison.Ordinal), line);
    }

    [GeneratedRegex(@"listening on (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Port();
}
