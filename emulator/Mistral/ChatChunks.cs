using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Mistral;

/// <summary>
/// Mistral's <c>chat.completion.chunk</c> events (<c>specs/dialects.md 1.5</c>, fixtures <c>mistral/stream-*</c>), which
/// chat and FIM share.
/// </summary>
internal sealed class ChatChunks : IChunkFormat
{
    private readonly byte[] head;
    private readonly DeterministicRandom padding;
    private readonly bool usageComesLast;
    private readonly bool callsHaveNoType;
    private readonly bool[] began;
    private readonly bool[] isThinking;

    /// <param name="id">The answer's id.</param>
    /// <param name="created">The time in seconds since 1970.</param>
    /// <param name="options">The model and the delivery.</param>
    /// <param name="choices">The number of choices.</param>
    /// <param name="paddingSeed">The number that decides the padding member <c>p</c>.</param>
    public ChatChunks(string id, long created, CompletionOptions options, int choices, ulong paddingSeed)
    {
        var model = JsonEncodedText.Encode(options.RequestedModel, ServerSentEvents.WriterOptions.Encoder);
        head = Encoding.UTF8.GetBytes(
            $$"""data: {"id":"{{id}}","object":"chat.completion.chunk","created":{{created}},"model":"{{model}}","choices":[""");
        padding = new DeterministicRandom(paddingSeed);
        usageComesLast = options.Model.StreamsFragments;
        callsHaveNoType = options.Model.OmitsToolCallType;
        began = new bool[choices];
        isThinking = new bool[choices];
    }

    private static ReadOnlySpan<byte> Padding => "abcdefghijklmnopqrstuvwxyz0123456789"u8;

    public void Begin(IBufferWriter<byte> output, Choice choice)
    {
        // A choice with thinking has its role in the first piece of thinking.
        if (choice.Thinks)
            return;
        began[choice.Index] = true;
        BeginChunk(output, choice.Index);
        output.Write("""{"role":"assistant","content":""},"finish_reason":null}]}"""u8);
        output.Write(ServerSentEvents.EventEnd);
    }

    public bool Write(IBufferWriter<byte> output, Choice choice, in Delta delta, Usage? usage)
    {
        switch (delta.Kind)
        {
            case DeltaKind.Text or DeltaKind.Refusal:
                WriteText(output, choice.Index, delta.Text);
                return false;
            case DeltaKind.Thinking:
                WriteThinking(output, choice.Index, delta.Text);
                return false;
            case DeltaKind.ToolCalls:
                CloseThinking(output, choice.Index);
                WriteCalls(output, choice, delta.Calls, usage);
                return true;
            default:
                CloseThinking(output, choice.Index);
                WriteFragment(output, choice.Index, delta);
                return false;
        }
    }

    public void Finish(IBufferWriter<byte> output, Choice choice, Usage? usage)
    {
        BeginChunk(output, choice.Index);
        output.Write(began[choice.Index] ? """{"content":""}"""u8 : """{"role":"assistant","content":""}"""u8);
        EndChunk(output, choice.FinishReason, usage);
    }

    public void End(IBufferWriter<byte> output, Usage usage)
    {
        if (usageComesLast)
        {
            output.Write(head);
            output.Write("]"u8);
            WriteUsage(output, usage);
            EndPadded(output);
        }

        output.Write(ServerSentEvents.Done);
    }

    public void Error(IBufferWriter<byte> output)
    {
        output.Write(ServerSentEvents.DataPrefix);
        using (var json = new Utf8JsonWriter(output, ServerSentEvents.WriterOptions))
            MistralError.Unavailable.Write(json);
        output.Write(ServerSentEvents.EventEnd);
    }

    private void WriteText(IBufferWriter<byte> output, int choice, string text)
    {
        // A stop sequence holds the text back. The token counts, but there is nothing to send yet.
        if (text.Length == 0)
            return;
        BeginChunk(output, choice);
        if (isThinking[choice])
        {
            isThinking[choice] = false;
            output.Write("{\"content\":[{\"type\":\"thinking\",\"thinking\":[],\"closed\":true},{\"type\":\"text\",\"text\":\""u8);
            ServerSentEvents.AppendEscaped(output, text);
            output.Write("\"}]}"u8);
        }
        else
        {
            output.Write("{\"content\":\""u8);
            ServerSentEvents.AppendEscaped(output, text);
            output.Write("\"}"u8);
        }

        EndChunk(output, null, null);
    }

    private void WriteThinking(IBufferWriter<byte> output, int choice, string text)
    {
        BeginChunk(output, choice);
        output.Write(began[choice] ? "{"u8 : "{\"role\":\"assistant\","u8);
        began[choice] = isThinking[choice] = true;
        output.Write("\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\""u8);
        ServerSentEvents.AppendEscaped(output, text);
        output.Write("\"}]}]}"u8);
        EndChunk(output, null, null);
    }

    private void CloseThinking(IBufferWriter<byte> output, int choice)
    {
        if (!isThinking[choice])
            return;
        isThinking[choice] = false;
        BeginChunk(output, choice);
        output.Write("""{"content":[{"type":"thinking","thinking":[],"closed":true}]}"""u8);
        EndChunk(output, null, null);
    }

    private void WriteCalls(IBufferWriter<byte> output, Choice choice, IReadOnlyList<ToolCall> calls, Usage? usage)
    {
        BeginChunk(output, choice.Index);
        using var json = new Utf8JsonWriter(output, ServerSentEvents.WriterOptions);
        json.WriteStartObject();
        json.WriteString("content"u8, ""u8);
        ChatBody.WriteCalls(json, calls, callsHaveNoType);
        json.WriteEndObject();
        json.Flush();
        EndChunk(output, choice.FinishReason, usage);
    }

    /// <summary>Writes a fragment as in the fixture <c>mistral/stream-tools-incremental</c>: later fragments have the id "null".</summary>
    private void WriteFragment(IBufferWriter<byte> output, int choice, in Delta delta)
    {
        BeginChunk(output, choice);
        var starts = delta.Kind == DeltaKind.ToolCallStart;
        var call = delta.Calls[0];
        using var json = new Utf8JsonWriter(output, ServerSentEvents.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteString("id"u8, starts ? call.Id : "null");
        if (starts)
            json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, starts ? call.Name : "");
        json.WriteString("arguments"u8, delta.Text);
        json.WriteEndObject();
        json.WriteNumber("index"u8, delta.CallIndex);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("content"u8, ""u8);
        json.WriteEndObject();
        json.Flush();
        EndChunk(output, null, null);
    }

    private void BeginChunk(IBufferWriter<byte> output, int choice)
    {
        output.Write(head);
        output.Write("{\"index\":"u8);
        var span = output.GetSpan(11);
        choice.TryFormat(span, out var length);
        output.Advance(length);
        output.Write(",\"delta\":"u8);
    }

    private void EndChunk(IBufferWriter<byte> output, string? finishReason, Usage? usage)
    {
        if (finishReason is null)
        {
            output.Write(",\"finish_reason\":null}]"u8);
        }
        else
        {
            output.Write(",\"finish_reason\":\""u8);
            ServerSentEvents.AppendEscaped(output, finishReason);
            output.Write("\"}]"u8);
        }

        if (usage is { } used && !usageComesLast)
            WriteUsage(output, used);
        EndPadded(output);
    }

    private static void WriteUsage(IBufferWriter<byte> output, Usage usage)
    {
        output.Write(",\"usage\":"u8);
        using var json = new Utf8JsonWriter(output, ServerSentEvents.WriterOptions);
        MistralUsage.Write(json, usage);
    }

    private void EndPadded(IBufferWriter<byte> output)
    {
        output.Write(",\"p\":\""u8);
        output.Write(Padding[..(1 + padding.Below(Padding.Length))]);
        output.Write("\"}\n\n"u8);
    }
}
