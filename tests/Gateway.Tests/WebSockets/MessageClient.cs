using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Dragoman.Gateway.Tests.WebSockets;

/// <summary>A client of one WebSocket.</summary>
internal sealed class MessageClient : IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    public ClientWebSocket Socket { get; } = new();

    /// <param name="gateway">The gateway.</param>
    /// <param name="path">The path of the route.</param>
    /// <param name="key">The key to send; none when null.</param>
    /// <param name="language">The <c>Accept-Language</c> to send; none when null.</param>
    public static async Task<MessageClient> ConnectAsync(GatewayUnderTest gateway, string path, string? key = null, string? language = null)
    {
        var client = new MessageClient();
        if (key is not null)
            client.Socket.Options.SetRequestHeader("Authorization", "Bearer " + key);
        if (language is not null)
            client.Socket.Options.SetRequestHeader("Accept-Language", language);
        client.Socket.Options.CollectHttpResponseDetails = true;
        await client.Socket.ConnectAsync(new UriBuilder(gateway.Client.BaseAddress!) { Scheme = "ws", Path = path }.Uri, client.deadline.Token);
        return client;
    }

    public Task SendAsync(string text, bool endOfMessage = true) =>
        Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage, deadline.Token);

    public Task SendBytesAsync(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Text) => Socket.SendAsync(bytes, type, true, deadline.Token);

    /// <summary>The next message; the test fails if the connection is closed instead.</summary>
    public async Task<JsonElement> ReceiveAsync()
    {
        var text = await ReceiveTextAsync();
        Assert.True(text is not null, $"closed: {Socket.CloseStatus} {Socket.CloseStatusDescription}");
        return GatewayUnderTest.Json(text);
    }

    /// <summary>The messages up to the first one for which <paramref name="isLast"/> is true.</summary>
    public async Task<List<JsonElement>> ReceiveUntilAsync(Func<JsonElement, bool> isLast)
    {
        var messages = new List<JsonElement>();
        do
            messages.Add(await ReceiveAsync());
        while (!isLast(messages[^1]));
        return messages;
    }

    /// <summary>Waits for the server's close frame.</summary>
    public async Task<(int Status, string? Reason)> ReceiveCloseAsync()
    {
        var text = await ReceiveTextAsync();
        Assert.True(text is null, $"not closed: {text}");
        return ((int)Socket.CloseStatus!.Value, Socket.CloseStatusDescription);
    }

    public Task CloseAsync() => Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", deadline.Token);

    public void Dispose()
    {
        Socket.Dispose();
        deadline.Dispose();
    }

    private async Task<string?> ReceiveTextAsync()
    {
        var buffer = new byte[64 * 1024];
        var text = new MemoryStream();
        while (true)
        {
            var part = await Socket.ReceiveAsync(buffer, deadline.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            Assert.Equal(WebSocketMessageType.Text, part.MessageType);
            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return Encoding.UTF8.GetString(text.ToArray());
        }
    }
}
