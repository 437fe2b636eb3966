using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>Slow clients do not affect others.</summary>
internal static class SlowClientAttacks
{
    /// <summary>The longest time that the gateway may wait for a body or a message that is still being sent.</summary>
    public static readonly TimeSpan LongestBody = TimeSpan.FromSeconds(160);

    public static readonly IReadOnlyList<Attack> All =
    [
        new("slow-bodies", "slow clients", "9", "bodies that trickle at nginx are cut, or take no more than their address's share", SlowBodiesAsync) { Waits = true },
        new("slow-heads", "slow clients", "W", "heads that trickle are cut within 60 s, and good requests go on meanwhile", SlowHeadsAsync) { Waits = true },
        new("full-temporary-files", "slow clients", "9", "unfinished bodies that fill the disk make a 503 with Retry-After at worst, and all is well afterwards", FullDiskAsync) { NeedsNamespace = true },
        new("slow-readers", "slow clients", "W", "clients that read nothing hold no memory and nobody up", SlowReadersAsync),
    ];

    /// <summary>More than half of the connections that nginx's worker can hold here.</summary>
    private const int ManyBodies = 300;

    private static async Task SlowBodiesAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context);
        var head = $"POST /api/chat HTTP/1.1\r\nHost: {field.Door.Address.Authority}\r\nContent-Length: 100000\r\n\r\n";
        var body = ClientApi.Chat.Body("mistral/fk-ok");
        var slow = await TrickleAsync(field.Door.Address, ManyBodies, head, LongestBody, TimeSpan.FromSeconds(5), async (waited, open) =>
        {
            var received = await Wire.SendAsync(field.Door.Address, $"POST {ClientApi.Chat.Path} HTTP/1.1\r\nHost: {field.Door.Address.Authority}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}", from: "127.0.0.2");
            tally.Expect(Wire.StatusOf(received) == 200, $"a good request from another address meanwhile is {received.Split('\r')[0]}");
            // A limit for each address is as good as a deadline.
            return waited > TimeSpan.FromSeconds(20) && open <= ManyBodies / 2;
        });
        tally.Note($"{slow.Open} of {ManyBodies} bodies of a byte each 5 s from one address were open after {slow.Waited.TotalSeconds:0} s");
        tally.Expect(slow.Open <= ManyBodies / 2, $"{slow.Open} of {ManyBodies} bodies of a byte each 5 s are still waited for after {slow.Waited.TotalSeconds:0} s");
        var slower = await TrickleAsync(field.Door.Address, 12, head, LongestBody, TimeSpan.FromSeconds(25), (_, _) => Task.FromResult(false));
        tally.Expect(slower.Open == 0, $"{slower.Open} of 12 bodies of a byte each 25 s are still waited for after {slower.Waited.TotalSeconds:0} s");
    }

    private static async Task SlowHeadsAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context);
        var count = context.IsFull ? 240 : 24;
        foreach (var (name, address) in field.Ways)
        {
            var cut = await TrickleAsync(address, count, "GET /api/tags HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(2), async (_, _) =>
            {
                var answer = await Client.PostAsync(address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok"));
                tally.Expect(answer.Status == 200, $"a good request at {name} meanwhile is {answer}");
                return false;
            });
            tally.Expect(cut.Open == 0, $"{cut.Open} of {count} slow heads at {name} are still waited for after 60 s");
        }
    }

    /// <summary>Opens connections, sends the beginning of a request on each, and then a single byte after each pause.</summary>
    /// <param name="address">The server's address.</param>
    /// <param name="count">The number of connections.</param>
    /// <param name="beginning">The beginning of each request.</param>
    /// <param name="atMost">The time limit.</param>
    /// <param name="pause">The pause between two bytes.</param>
    /// <param name="meanwhile">Called in each pause with the time so far and the number of open connections. Returns true to stop.</param>
    /// <returns>The time that it took, and the number of connections that were not closed.</returns>
    private static async Task<(TimeSpan Waited, int Open)> TrickleAsync(Uri address, int count, string beginning, TimeSpan atMost, TimeSpan pause, Func<TimeSpan, int, Task<bool>> meanwhile)
    {
        var clients = new List<TcpClient>();
        try
        {
            var waited = Stopwatch.StartNew();
            for (var each = 0; each < count; each++)
            {
                var client = new TcpClient();
                clients.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, address.Port);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(beginning));
            }

            var open = clients.ToList();
            while (open.Count > 0 && waited.Elapsed < atMost && !await meanwhile(waited.Elapsed, open.Count))
            {
                await Task.Delay(pause);
                foreach (var client in open.ToList())
                {
                    if (await IsCutAsync(client))
                        open.Remove(client);
                }
            }

            return (waited.Elapsed, open.Count);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task<bool> IsCutAsync(TcpClient client)
    {
        try
        {
            // An answer to an incomplete request also counts as closed.
            if (client.Client.Poll(0, SelectMode.SelectRead))
                return true;
            await client.GetStream().WriteAsync("x"u8.ToArray());
            return false;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            return true;
        }
    }

    private static async Task FullDiskAsync(AttackContext context, Tally tally)
    {
        var disk = context.NewDirectory("disk");
        var (mounted, output) = await RunningProcess.RunAsync("mount", ["-t", "tmpfs", "-o", "size=64m,mode=777", "none", disk]);
        if (mounted != 0)
        {
            tally.CannotRun($"no temporary filesystem can be mounted: {output}");
            return;
        }

        try
        {
            await using var field = await Field.StartAsync(context, new FieldPlan { NginxSettings = new Dictionary<string, string?> { ["DRAGOMAN_NGINX_RUN"] = disk } });
            var part = new byte[20 * 1024 * 1024];
            Array.Fill(part, (byte)' ');
            var clients = new List<TcpClient>();
            try
            {
                for (var each = 0; each < 6; each++)
                {
                    var client = new TcpClient();
                    clients.Add(client);
                    await client.ConnectAsync(IPAddress.Loopback, field.Door.Port);
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /api/chat HTTP/1.1\r\nHost: {field.Door.Address.Authority}\r\nContent-Length: 33000000\r\n\r\n"));
                    try
                    {
                        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
                        await client.GetStream().WriteAsync(part, patience.Token);
                    }
                    catch (Exception error) when (error is IOException or OperationCanceledException)
                    {
                        // A rejected connection is as good as any limit.
                    }
                }

                await Task.Delay(500);
                var large = await Client.PostAsync(field.Door.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok", text: new string('x', 400_000)));
                tally.Expect(large.Status == 200 || (large.Status is 503 or 507 or 429 && large.Header("Retry-After") is not null), $"a body of 400 KB on a full disk is {large}, Retry-After {large.Header("Retry-After")}");
                var small = await Client.PostAsync(field.Door.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok"));
                tally.Expect(small.Status == 200, $"a small body on a full disk is {small}");
            }
            finally
            {
                clients.ForEach(client => client.Dispose());
            }

            await Task.Delay(1000);
            var after = await Client.PostAsync(field.Door.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok", text: new string('x', 400_000)));
            tally.Expect(after.Status == 200, $"afterwards a body of 400 KB is {after}");
        }
        finally
        {
            await RunningProcess.RunAsync("umount", ["-l", disk]);
        }
    }

    private static async Task SlowReadersAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context);
        var before = ProcessUse.Memory(field.Sidecar.Id);
        var readers = new List<RawClient>();
        try
        {
            for (var each = 0; each < 20; each++)
                readers.Add(await RawClient.SendAsync(field.Door.Address, Requests.Post(ClientApi.Chat.Path, ClientApi.Chat.Body("compatible/fk-endless", stream: true)), receiveBuffer: 4096));
            await Task.Delay(2000);
            for (var each = 0; each < 20; each++)
            {
                var answer = await Client.PostAsync(field.Door.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok"));
                tally.Expect(answer.Status == 200, $"a good request meanwhile is {answer}");
            }

            var grown = (ProcessUse.PeakMemory(field.Sidecar.Id) - before) / 1024 / 1024;
            tally.Note($"the sidecar's RSS grew by {grown} MB at most");
            tally.Expect(grown < 200, $"20 readers that take nothing hold {grown} MB");
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }
    }
}
