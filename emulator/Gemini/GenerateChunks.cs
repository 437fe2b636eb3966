using System.Buffers;
using System.Text.Json;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.Gemini;

/// <summary>
/// Writes the chunks of a stream: server-sent events whose lines end with CRLF, or one array that is sent element by
/// element (<c>specs/dialects.md 1.4</c>).
/// </summary>
internal sealed class GenerateChunks(GenerateRequest request, GenerateResponse response, bool isArray) : IChunkFormat
{
    private long tokens;
    private long thoughts;
    private bool began;

    public string ContentType => isArray ? "application/json; charset=UTF-8" : "text/event-stream";

    public void Begin(IBufferWriter<byte> output, Choice choice)
    {
    }

    public bool Write(IBufferWriter<byte> output, Choice choice, in Delta delta, Usage? usage)
    {
        var (text, calls) = (delta.Text, delta.Calls);
        tokens += delta.Tokens;
        switch (delta.Kind)
        {
            case DeltaKind.Thinking:
                thoughts += delta.Tokens;
                if (request.IncludesThoughts)
                    WritePart(output, choice, json => GenerateResponse.WriteText(json, text, isThought: true));
                break;
            case DeltaKind.Text when text.Length > 0:
                WritePart(output, choice, json => GenerateResponse.WriteText(json, text));
                break;
            case DeltaKind.ToolCalls:
                WritePart(output, choice, json => response.WriteCalls(json, calls, choice.Thinks));
                break;
        }

        return false;
    }

    public void Finish(IBufferWriter<byte> output, Choice choice, Usage? usage) =>
        Write(output, json => response.WriteChunk(json, choice,
            parts => GenerateResponse.WriteText(parts, "", signature: choice.CallsTools ? null : response.TextSignature), Usage, isLast: true));

    public void End(IBufferWriter<byte> output, Usage usage)
    {
        if (isArray)
            output.Write("]"u8);
    }

    public void Error(IBufferWriter<byte> output)
    {
        Write(output, GeminiError.Overloaded.Write);
        if (isArray)
            output.Write("]"u8);
    }

    /// <summary>Writes the only chunk of a blocked prompt.</summary>
    public void WriteBlocked(IBufferWriter<byte> output)
    {
        Write(output, response.WriteBlocked);
        End(output, Usage);
    }

    private Usage Usage => new(request.Completion.PromptTokens, tokens, thoughts);

    private void WritePart(IBufferWriter<byte> output, Choice choice, Action<Utf8JsonWriter> write) =>
        Write(output, json => response.WriteChunk(json, choice, write, Usage, isLast: false));

    private void Write(IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        output.Write(!isArray ? ServerSentEvents.DataPrefix : began ? ",\r\n"u8 : "["u8);
        began = true;
        using (var json = new Utf8JsonWriter(output, ServerSentEvents.WriterOptions))
            write(json);
        if (!isArray)
            output.Write("\r\n\r\n"u8);
    }
}
