using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>The memory for the requests of all clients together is limited, and so is the time to send them.</summary>
internal static class MemoryAttacks
{
    private const long MostMemory = 600L * 1024 * 1024;
    private const int LargeBody = 30 * 1024 * 1024;

    public static readonly IReadOnlyList<Attack> All =
    [
        new("large-bodies-at-once", "memory", "7", "RSS stays under 600 MB; what is too much is a 503 with Retry-After; nobody small is refused", LargeBodiesAsync),
        new("unfinished-messages", "memory", "7", "RSS stays under 600 MB with many unfinished WebSocket messages", UnfinishedMessagesAsync),
        new("endless-message", "memory", "7", "a WebSocket message once begun ends in time, though the client answers pings", EndlessMessageAsync) { Waits = true },
        new("endless-body", "memory", "7", "a body that trickles at the sidecar ends in time", EndlessBodyAsync) { Waits = true },
        new("tables", "memory", "U", "made-up names and members do not make tables grow", TablesAsync),
    ];

    private static async Task LargeBodiesAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false });
        var count = context.IsFull ? 64 : 16;
        var body = Encoding.UTF8.GetBytes(ClientApi.Chat.Body("mistral/fk-ok", text: new string('x', LargeBody)));
        var small = ClientApi.Chat.Body("mistral/fk-ok");
        await MedianAsync(Task.CompletedTask, 20);
        var quiet = await MedianAsync(Task.CompletedTask, 40);
        var large = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Client.SendAsync(HttpMethod.Post, field.Sidecar.Address, ClientApi.Chat.Path, body, TimeSpan.FromSeconds(100))));
        var loud = await MedianAsync(large, 40);
        foreach (var answer in await large)
        {
            tally.Expect(
                answer.Status == 200 || (answer.Status == 503 && answer.Header("Retry-After") is not null && answer.Body.Contains("gateway_overloaded", StringComparison.Ordinal)),
                $"a body of 30 MB is {answer}");
        }

        var peak = ProcessUse.PeakMemory(field.Sidecar.Id);
        tally.Note($"{count} bodies of 30 MB: RSS {peak / 1024 / 1024} MB at most; a small request took {quiet.TotalMilliseconds:0.0} ms before and {loud.TotalMilliseconds:0.0} ms meanwhile (median)");
        tally.Expect(peak < MostMemory, $"RSS {peak / 1024 / 1024} MB with {count} bodies of 30 MB");
        tally.Expect((await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, small)).Status == 200, "no small request is answered afterwards");

        // Sends at least this many small requests, for as long as the others take.
        async Task<TimeSpan> MedianAsync(Task others, int atLeast)
        {
            var times = new List<TimeSpan>();
            while (times.Count < atLeast || !others.IsCompleted)
            {
                var began = Stopwatch.GetTimestamp();
                var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, small);
                times.Add(Stopwatch.GetElapsedTime(began));
                tally.Expect(answer.Status == 200, $"a small request is {answer}");
            }

            times.Sort();
            return times[times.Count / 2];
        }
    }

    private static async Task UnfinishedMessagesAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false });
        var count = context.IsFull ? 200 : 24;
        var part = new byte[1024 * 1024];
        Array.Fill(part, (byte)'x');
        var sockets = new List<WireSocket>();
        try
        {
            for (var each = 0; each < count; each++)
                sockets.Add(await WireSocket.ConnectAsync(field.Sidecar.Address, ClientApi.Chat.Path));
            await Parallel.ForEachAsync(sockets, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (socket, _) =>
            {
                await socket.TrySendFrameAsync(0x01, Encoding.UTF8.GetBytes("{\"x\":\""));
                for (var sent = 0; sent < 31 && await socket.TrySendFrameAsync(0x00, part); sent++)
                {
                }
            });
            // By then the bytes in the kernel's buffers have been read.
            await Task.Delay(1500);
            var peak = ProcessUse.PeakMemory(field.Sidecar.Id);
            tally.Note($"{count} unfinished messages of 31 MB: RSS {peak / 1024 / 1024} MB at most");
            tally.Expect(peak < MostMemory, $"RSS {peak / 1024 / 1024} MB");
            var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok"));
            tally.Expect(answer.Status == 200, $"a small request meanwhile is {answer}");
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task EndlessMessageAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false });
        using var socket = await WireSocket.ConnectAsync(field.Sidecar.Address, ClientApi.Chat.Path);
        var waited = Stopwatch.StartNew();
        await socket.TrySendFrameAsync(0x01, "{"u8.ToArray());
        while (waited.Elapsed < SlowClientAttacks.LongestBody && await socket.TrySendFrameAsync(0x00, " "u8.ToArray()) && !await socket.AnswerPingsAsync(TimeSpan.FromSeconds(2)))
        {
        }

        tally.Note($"it ended after {waited.Elapsed.TotalSeconds:0} s");
        tally.Expect(waited.Elapsed < SlowClientAttacks.LongestBody, $"a message that was begun is still waited for after {waited.Elapsed.TotalSeconds:0} s");
    }

    private static async Task EndlessBodyAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, field.Sidecar.Address.Port);
        var waited = Stopwatch.StartNew();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST {ClientApi.Chat.Path} HTTP/1.1\r\nHost: {field.Sidecar.Address.Authority}\r\nContent-Length: 30000000\r\n\r\n"));
        var part = new byte[600];
        Array.Fill(part, (byte)' ');
        var ended = false;
        while (!ended && waited.Elapsed < SlowClientAttacks.LongestBody)
        {
            try
            {
                await client.GetStream().WriteAsync(part);
                await Task.Delay(1000);
                ended = client.Available > 0 || (client.Client.Poll(0, SelectMode.SelectRead) && client.Available == 0);
            }
            catch (IOException)
            {
                ended = true;
            }
        }

        tally.Note($"it ended after {waited.Elapsed.TotalSeconds:0} s");
        tally.Expect(ended, $"a body at 600 bytes a second is still waited for after {waited.Elapsed.TotalSeconds:0} s");
    }

    private static async Task TablesAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false });
        var count = context.IsFull ? 12_000 : 3000;
        await RoundAsync(500);
        var before = ProcessUse.Memory(field.Sidecar.Id);
        await RoundAsync(count);
        var after = ProcessUse.Memory(field.Sidecar.Id);
        tally.Note($"RSS {before / 1024 / 1024} MB before and {after / 1024 / 1024} MB after {3 * count} requests");
        tally.Expect(after - before < 60L * 1024 * 1024, $"RSS grew from {before / 1024 / 1024} to {after / 1024 / 1024} MB");

        Task RoundAsync(int requests) => Parallel.ForEachAsync(Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (each, _) =>
        {
            var mark = Guid.NewGuid().ToString("N");
            await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, ClientApi.Chat.Body($"gemini/fk-ok-{mark}"));
            await Client.PostAsync(field.Sidecar.Address, ClientApi.OllamaChat.Path, ClientApi.OllamaChat.Body($"unknown-{mark}"));
            await Client.PostAsync(field.Sidecar.Address, ClientApi.OllamaChat.Path, $$"""{"model":"mistral/fk-ok-{{mark}}","stream":false,"keep_alive":-1,"odd-{{mark}}":1,"messages":[{"role":"user","content":"x"}]}""");
        });
    }
}
