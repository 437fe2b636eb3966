using System.Buffers;

namespace Dragoman.Emulator.Completions;

/// <summary>Writes the pieces of a streamed answer, as server-sent events in most dialects.</summary>
internal interface IChunkFormat
{
    string ContentType => "text/event-stream; charset=utf-8";

    void Begin(IBufferWriter<byte> output, Choice choice);

    /// <summary>Writes one piece. Returns true when that also finished the choice.</summary>
    bool Write(IBufferWriter<byte> output, Choice choice, in Delta delta, Usage? usage);

    /// <summary>Ends a choice. <paramref name="usage"/> is null except with the last one.</summary>
    void Finish(IBufferWriter<byte> output, Choice choice, Usage? usage);

    /// <summary>Writes what follows the last choice.</summary>
    void End(IBufferWriter<byte> output, Usage usage);

    /// <summary>Writes the error of a service that has become unavailable; nothing follows it.</summary>
    void Error(IBufferWriter<byte> output);
}
