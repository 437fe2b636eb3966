using System.Net.WebSockets;
using Dragoman.Wire;

namespace Dragoman.WebSockets;

/// <summary>Sends batches of messages one after the other, each batch in one write.</summary>
internal sealed class MessageSender(WebSocket socket, FrameStream frames) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Sends a batch and empties it; completes when the connection has taken it.</summary>
    /// <param name="batch">The messages.</param>
    /// <param name="cancellation">Ends the wait for a slow client; a write that has begun is not canceled.</param>
    /// <exception cref="WebSocketException">The connection is over.</exception>
    public async Task SendAsync(MessageBatch batch, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        var sending = Task.CompletedTask;
        try
        {
            frames.Gather();
            try
            {
                for (var index = 0; index < batch.Count; index++)
                    await socket.SendAsync(batch[index], WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                batch.Clear();
                sending = frames.SendGatheredAsync();
            }
        }
        finally
        {
            if (sending.IsCompleted)
                turn.Release();
            else
                _ = sending.ContinueWith(static (_, sender) => ((MessageSender)sender!).turn.Release(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        if (!sending.IsCompletedSuccessfully)
            await sending.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends the close frame after everything that was sent before.</summary>
    public async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await socket.CloseOutputAsync(status, reason, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
