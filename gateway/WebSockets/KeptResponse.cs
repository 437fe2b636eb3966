namespace Dragoman.WebSockets;

/// <summary>A response that can be continued.</summary>
/// <param name="Id">OpenAI's or the gateway's.</param>
/// <param name="Stream">JSON of the <c>stream_id</c> it belongs to; empty for the unnamed one.</param>
/// <param name="Said">What was its input, as comma-separated items of an <c>input</c>; part of the message that said it.</param>
/// <param name="Output">What it answered, as such items.</param>
internal sealed record KeptResponse(string Id, string Stream, ReadOnlyMemory<byte> Said, ReadOnlyMemory<byte> Output)
{
    /// <summary>In bytes.</summary>
    public long Length => (long)Said.Length + Output.Length;
}
