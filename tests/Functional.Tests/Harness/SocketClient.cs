using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>A client with one WebSocket.</summary>
internal sealed class SocketClient : IDisposable
{
    private readonly CancellationTokenSource deadline = new(Eventually.Deadline);

    public ClientWebSocket Socket { get; } = new();

    public static async Task<SocketClient> ConnectAsync(Uri door, string path)
    {
        var client = new SocketClient();
        await client.Socket.ConnectAsync(new UriBuilder(door) { Scheme = "ws", Path = path }.Uri, client.deadline.Token);
        return client;
    }

    public Task SendAsync(string text) => Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, deadline.Token);

    /// <summary>Receives the next message. Null for a close frame.</summary>
    public async Task<JsonElement?> ReceiveAsync()
    {
        var buffer = new byte[16 * 1024];
        using var text = new MemoryStream();
        while (true)
        {
            var part = await Socket.ReceiveAsync(buffer, deadline.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return JsonSerializer.Deserialize<JsonElement>(text.ToArray());
        }
    }

    /// <summary>Receives messages up to the one for which <paramref name="isLast"/> is true.</summary>
    public async Task<List<JsonElement>> ReceiveUntilAsync(Func<JsonElement, bool> isLast)
    {
        var messages = new List<JsonElement>();
        do
            messages.Add(await ReceiveAsync() ?? throw new InvalidOperationException($"closed with {Socket.CloseStatus}: {Socket.CloseStatusDescription}"));
        while (!isLast(messages[^1]));
        return messages;
    }

    public Task CloseAsync() => Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", deadline.Token);

    public void Dispose()
    {
        Socket.Dispose();
        deadline.Dispose();
    }
}
