using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary>Sends the vectors of an embedding endpoint.</summary>
internal static class EmbeddingOutput
{
    /// <param name="exchange">Whose response it is.</param>
    /// <param name="answer">The vectors.</param>
    /// <param name="length">About how many bytes the answer takes in the client's form.</param>
    /// <param name="write">Writes the answer in the client's form.</param>
    public static async Task WriteAsync(Exchange exchange, EmbeddingAnswer answer, int length, Action<IBufferWriter<byte>> write)
    {
        await SocketThread.LeaveForAsync(answer.JsonLength);
        SocketThread.AssertMayProcess(answer.JsonLength);
        var output = new ArrayBufferWriter<byte>(length);
        write(output);
        await exchange.WriteJsonAsync(output).ConfigureAwait(false);
    }
}
