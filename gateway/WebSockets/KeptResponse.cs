namespace Dragoman.WebSockets;

/// <summary>A response that can be continued.</summary>
/// <param name="Id">The response's id, from OpenAI or from the gateway.</param>
/// <param name="Stream">JSON of the <c>stream_id</c> that the response belongs to; empty for the unnamed stream.</param>
/// <param name="Said">Its input, as comma-separated items of an <c>input</c>; a slice of the client's message.</param>
/// <param name="Output">Its output, as such items.</param>
internal sealed record KeptResponse(string Id, string Stream, ReadOnlyMemory<byte> Said, ReadOnlyMemory<byte> Output)
{
    /// <summary>The size of input and output in bytes.</summary>
    public long Length => (long)Said.Length + Output.Length;
}
