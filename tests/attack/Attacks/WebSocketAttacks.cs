using System.Text;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>The connection of a WebSocket client that breaks the protocol is closed with the right code, and others are not affected.</summary>
internal static class WebSocketAttacks
{
    public static readonly IReadOnlyList<Attack> All =
    [
        new("websocket-protocol", "websockets", "O", "every breach of the protocol is closed with its code", ProtocolAsync),
        new("websocket-flood", "websockets", "O", "a flood of requests is closed with 1008, unread pings cost no memory", FloodAsync),
    ];

    private static async Task ProtocolAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        (string Name, byte First, byte[] Payload, ulong? Announced, bool IsMasked, int[] Codes)[] breaches =
        [
            ("a binary message", 0x82, "{}"u8.ToArray(), null, true, [1003]),
            ("text that is no UTF-8", 0x81, [0xff, 0xfe], null, true, [1007]),
            ("half of a letter", 0x81, [0xc3], null, true, [1007]),
            ("a frame without a mask", 0x81, "{\"model\":\"mistral/fk-ok\"}"u8.ToArray(), null, false, [1002]),
            ("a reserved bit", 0xC1, "{}"u8.ToArray(), null, true, [1002]),
            ("an unknown opcode", 0x83, [], null, true, [1002]),
            ("an unknown control opcode", 0x8B, [], null, true, [1002]),
            ("more of nothing", 0x80, "{}"u8.ToArray(), null, true, [1002]),
            ("a ping in pieces", 0x09, [], null, true, [1002]),
            ("a ping of 200 bytes", 0x89, new byte[200], null, true, [1002]),
            ("a close of one byte", 0x88, [3], null, true, [1002]),
            ("a close with a wrong code", 0x88, [3, 237], null, true, [1002]),
            ("a length with its highest bit", 0x81, [], ulong.MaxValue, true, [1002]),
        ];
        foreach (var (way, address) in ((string, Uri)[])[("sidecar", field.Sidecar.Address), ("nginx", field.Door.Address)])
        {
            foreach (var path in (string[])["/v1/chat/completions", "/api/chat", "/v1/responses"])
            {
                foreach (var (name, first, payload, announced, isMasked, codes) in breaches)
                {
                    using var socket = await WireSocket.ConnectAsync(address, path);
                    await socket.TrySendFrameAsync(first, payload, announced, isMasked);
                    await socket.ReadToEndAsync(TimeSpan.FromSeconds(7));
                    tally.Expect(socket.CloseCode is { } code && codes.Contains(code), $"{name} at {path} of {way} is closed with {socket.CloseCode}");
                }
            }
        }

        // Text that is not a request gets an error, and the connection stays open.
        using var talking = await WireSocket.ConnectAsync(field.Sidecar.Address, "/v1/chat/completions");
        foreach (var text in (string[])["x", "{}", "[]", "{\"model\":1}", "{\"type\":\"cancel\"}", ClientApi.Chat.Body("nobody/x")])
            await talking.TrySendFrameAsync(0x81, Encoding.UTF8.GetBytes(text));
        await talking.TrySendFrameAsync(0x81, Encoding.UTF8.GetBytes(ClientApi.Chat.Body("mistral/fk-ok", stream: true)));
        var answers = await talking.ReadToEndAsync(isLast: text => text.Contains("chat.completion.done", StringComparison.Ordinal));
        tally.Expect(answers.Count > 5 && answers[^1].Contains("chat.completion.done", StringComparison.Ordinal), $"after broken requests a good one is answered by {answers.LastOrDefault()}");

        foreach (var header in (string[])["Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: short", "Upgrade: h2c"])
        {
            using var socket = new WireSocket();
            var head = await socket.HandshakeAsync(field.Sidecar.Address, "/v1/chat/completions", header);
            tally.Expect(Wire.StatusOf(head) is >= 400 and < 500, $"a handshake with {header} is {head.Split('\r')[0]}");
        }
    }

    private static async Task FloodAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false });
        using (var socket = await WireSocket.ConnectAsync(field.Sidecar.Address, "/v1/chat/completions"))
        {
            var request = Encoding.UTF8.GetBytes(ClientApi.Chat.Body("mistral/fk-silent"));
            for (var each = 0; each < 5000 && await socket.TrySendFrameAsync(0x81, request); each++)
            {
            }

            await socket.ReadToEndAsync(TimeSpan.FromSeconds(15));
            tally.Expect(socket.CloseCode == 1008, $"5,000 requests at once are closed with {socket.CloseCode}");
            tally.Expect(field.Provider.Calls.Count <= 32, $"the provider was asked {field.Provider.Calls.Count} times at once");
        }

        using (var socket = await WireSocket.ConnectAsync(field.Sidecar.Address, "/v1/chat/completions"))
        {
            for (var each = 0; each < 40_000 && await socket.TrySendFrameAsync(0x89, new byte[100]); each++)
            {
            }
        }

        var idle = new List<WireSocket>();
        try
        {
            for (var each = 0; each < 300; each++)
                idle.Add(await WireSocket.ConnectAsync(field.Sidecar.Address, "/v1/chat/completions"));
            var memory = ProcessUse.PeakMemory(field.Sidecar.Id) / 1024 / 1024;
            tally.Note($"RSS {memory} MB at most");
            tally.Expect(memory < 200, $"RSS {memory} MB");
            var answer = await Client.PostAsync(field.Sidecar.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok"));
            tally.Expect(answer.Status == 200, $"a request beside 300 idle WebSockets is {answer}");
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }
}
