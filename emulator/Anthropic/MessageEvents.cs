using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.Anthropic;

/// <summary>Writes a message as events, one block after another (<c>specs/dialects.md 1.3</c>, fixtures <c>anthropic/stream-*</c>).</summary>
internal sealed class MessageEvents(MessagesRequest request, MessageObject message, string requestId) : IChunkFormat
{
    private readonly StringBuilder thinking = new();
    private int index = -1;
    private string open = "";

    public void Begin(IBufferWriter<byte> output, Choice choice) =>
        Write(output, "message_start", json =>
        {
            json.WritePropertyName("message"u8);
            message.WriteBeginning(json);
        });

    public bool Write(IBufferWriter<byte> output, Choice choice, in Delta delta, Usage? usage)
    {
        var text = delta.Text;
        switch (delta.Kind)
        {
            case DeltaKind.Thinking:
                if (open != "thinking")
                    Open(output, "thinking", static json => WriteMembers(json, ("thinking", ""), ("signature", "")));
                thinking.Append(text);
                if (!request.OmitsThinking)
                    WriteDelta(output, "thinking_delta", "thinking", text);
                break;
            case DeltaKind.Text when text.Length > 0:
                if (open != "text")
                    Open(output, "text", static json => WriteMembers(json, ("text", "")));
                WriteDelta(output, "text_delta", "text", text);
                break;
            case DeltaKind.ToolCallStart:
                var call = delta.Calls[0];
                Open(output, "tool_use", json =>
                {
                    WriteMembers(json, ("id", call.Id), ("name", call.Name));
                    json.WriteStartObject("input"u8);
                    json.WriteEndObject();
                    json.WriteStartObject("caller"u8);
                    json.WriteString("type"u8, "direct"u8);
                    json.WriteEndObject();
                });
                WriteDelta(output, "input_json_delta", "partial_json", "");
                break;
            case DeltaKind.ToolCallArguments:
                WriteDelta(output, "input_json_delta", "partial_json", text);
                break;
        }

        return false;
    }

    public void Finish(IBufferWriter<byte> output, Choice choice, Usage? usage)
    {
        Close(output);
        Write(output, "message_delta", json =>
        {
            json.WriteStartObject("delta"u8);
            MessageObject.WriteStop(json, choice);
            json.WriteEndObject();
            json.WritePropertyName("usage"u8);
            message.WriteUsage(json, choice.Tokens, choice.ThinkingTokens);
        });
    }

    public void End(IBufferWriter<byte> output, Usage usage) => Write(output, "message_stop", static _ => { });

    public void Error(IBufferWriter<byte> output) =>
        ServerSentEvents.Write(output, (AnthropicError.Overloaded with { RequestId = requestId }).Write, "error");

    private void Open(IBufferWriter<byte> output, string type, Action<Utf8JsonWriter> write)
    {
        Close(output);
        Begin(output, type, write);
        if (index == 0)
            Write(output, "ping", static _ => { });
    }

    private void Begin(IBufferWriter<byte> output, string type, Action<Utf8JsonWriter> write)
    {
        index++;
        open = type;
        Write(output, "content_block_start", json =>
        {
            json.WriteNumber("index"u8, index);
            json.WriteStartObject("content_block"u8);
            json.WriteString("type"u8, type);
            write(json);
            json.WriteEndObject();
        });
    }

    private void Close(IBufferWriter<byte> output)
    {
        if (open.Length == 0)
            return;
        var wasThinking = open == "thinking";
        if (wasThinking)
            WriteDelta(output, "signature_delta", "signature", message.Sign(thinking.ToString()));
        open = "";
        Write(output, "content_block_stop", json => json.WriteNumber("index"u8, index));
        if (!wasThinking || !request.Redacts)
            return;
        Begin(output, "redacted_thinking", json => WriteMembers(json, ("data", message.RedactedData())));
        Close(output);
    }

    private void WriteDelta(IBufferWriter<byte> output, string type, string member, string text) =>
        Write(output, "content_block_delta", json =>
        {
            json.WriteNumber("index"u8, index);
            json.WriteStartObject("delta"u8);
            WriteMembers(json, ("type", type), (member, text));
            json.WriteEndObject();
        });

    private static void WriteMembers(Utf8JsonWriter json, params ReadOnlySpan<(string Name, string Text)> members)
    {
        foreach (var (name, text) in members)
            json.WriteString(name, text);
    }

    private static void Write(IBufferWriter<byte> output, string type, Action<Utf8JsonWriter> write) =>
        ServerSentEvents.Write(output, json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            write(json);
            json.WriteEndObject();
        }, type);
}
