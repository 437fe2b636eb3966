using System.IO.Pipelines;

namespace Dragoman.Emulator.Completions;

/// <summary>Writes the pieces of a streamed answer, as server-sent events in most dialects.</summary>
internal interface IChunkFormat
{
    string ContentType => "text/event-stream; charset=utf-8";

    void Begin(PipeWriter output, Choice choice);

    /// <summary>Writes one piece. Returns true when that also finished the choice.</summary>
    bool Write(PipeWriter output, Choice choice, in Delta delta, Usage? usage);

    /// <summary>Ends a choice. <paramref name="usage"/> is null except with the last one.</summary>
    void Finish(PipeWriter output, Choice choice, Usage? usage);

    /// <summary>Writes what follows the last choice.</summary>
    void End(PipeWriter output, Usage usage);

    /// <summary>Writes the error of a service that has become unavailable; nothing follows it.</summary>
    void Error(PipeWriter output);
}
