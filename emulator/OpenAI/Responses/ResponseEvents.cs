using System.Buffers;
using System.Text.Json;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>Writes a response as events, one item after another and numbered without gaps (<c>specs/dialects.md 3.6</c>).</summary>
internal sealed class ResponseEvents(ResponsesRequest request, ResponseObject response) : IChunkFormat
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly DeterministicRandom padding = new(request.Seed);
    private OutputItem? open;
    private int sequence;
    private bool isCut;

    public void Begin(IBufferWriter<byte> output, Choice choice)
    {
        Write(output, "response.created", json => WriteResponse(json, "in_progress", null));
        Write(output, "response.in_progress", json => WriteResponse(json, "in_progress", null));
    }

    public bool Write(IBufferWriter<byte> output, Choice choice, in Delta delta, Usage? usage)
    {
        var text = delta.Text;
        switch (delta.Kind)
        {
            case DeltaKind.Thinking:
                Think(output, text);
                break;
            case DeltaKind.Text or DeltaKind.Refusal when text.Length > 0:
                Say(output, choice, text);
                break;
            case DeltaKind.ToolCallStart:
                Close(output, "completed");
                Open(output, response.AddCall(delta.Calls[0]));
                break;
            case DeltaKind.ToolCallArguments:
                open!.Text += text;
                Write(output, "response.function_call_arguments.delta", json =>
                {
                    WriteItemId(json);
                    json.WriteString("delta"u8, text);
                    WritePadding(json);
                });
                break;
        }

        return false;
    }

    public void Finish(IBufferWriter<byte> output, Choice choice, Usage? usage)
    {
        isCut = choice.FinishReason == "length";
        Close(output, isCut ? "incomplete" : "completed");
    }

    public void End(IBufferWriter<byte> output, Usage usage)
    {
        var status = isCut ? "incomplete" : "completed";
        response.Store(isCut, usage);
        Write(output, $"response.{status}", json => WriteResponse(json, status, usage));
    }

    public void Error(IBufferWriter<byte> output)
    {
        Write(output, "error", static json =>
        {
            json.WriteString("code"u8, "server_error"u8);
            json.WriteString("message"u8, "The server is currently overloaded. Please try again later."u8);
            json.WriteNull("param"u8);
        });
        Write(output, "response.failed", json => WriteResponse(json, "failed", null));
    }

    private void Think(IBufferWriter<byte> output, string text)
    {
        if (open is null)
        {
            Open(output, response.AddReasoning());
            if (request.Summarizes)
            {
                Write(output, "response.reasoning_summary_part.added", json =>
                {
                    WriteItemId(json);
                    json.WriteNumber("summary_index"u8, 0);
                    json.WritePropertyName("part"u8);
                    OutputItem.WriteSummary(json, "");
                });
            }
        }

        if (!request.Summarizes)
            return;
        open!.Text += text;
        Write(output, "response.reasoning_summary_text.delta", json =>
        {
            WriteItemId(json);
            json.WriteNumber("summary_index"u8, 0);
            json.WriteString("delta"u8, text);
            WritePadding(json);
        });
    }

    private void Say(IBufferWriter<byte> output, Choice choice, string text)
    {
        if (open is not { Kind: "message" })
        {
            Close(output, "completed");
            Open(output, response.AddMessage(choice.IsRefusal));
            Write(output, "response.content_part.added", json => WritePart(json, ""));
        }

        open!.Text += text;
        Write(output, choice.IsRefusal ? "response.refusal.delta" : "response.output_text.delta", json =>
        {
            WriteItemId(json);
            json.WriteNumber("content_index"u8, 0);
            json.WriteString("delta"u8, text);
            WriteLogprobs(json);
            WritePadding(json);
        });
    }

    private void Open(IBufferWriter<byte> output, OutputItem item)
    {
        open = item;
        Write(output, "response.output_item.added", WriteItem);
    }

    private void Close(IBufferWriter<byte> output, string status)
    {
        if (open is not { } item)
            return;
        switch (item.Kind)
        {
            case "reasoning" when request.Summarizes:
                Write(output, "response.reasoning_summary_text.done", json =>
                {
                    WriteItemId(json);
                    json.WriteNumber("summary_index"u8, 0);
                    json.WriteString("text"u8, item.Text);
                });
                Write(output, "response.reasoning_summary_part.done", json =>
                {
                    WriteItemId(json);
                    json.WriteNumber("summary_index"u8, 0);
                    json.WritePropertyName("part"u8);
                    OutputItem.WriteSummary(json, item.Text);
                });
                break;
            case "message":
                Write(output, item.IsRefusal ? "response.refusal.done" : "response.output_text.done", json =>
                {
                    WriteItemId(json);
                    json.WriteNumber("content_index"u8, 0);
                    json.WriteString(item.IsRefusal ? "refusal"u8 : "text"u8, item.Text);
                    WriteLogprobs(json);
                });
                Write(output, "response.content_part.done", json => WritePart(json, item.Text));
                break;
            case "function_call":
                Write(output, "response.function_call_arguments.done", json =>
                {
                    WriteItemId(json);
                    json.WriteString("name"u8, item.Name);
                    json.WriteString("arguments"u8, item.Text);
                });
                break;
        }

        item.Status = status;
        Write(output, "response.output_item.done", WriteItem);
        open = null;
    }

    private void WriteItem(Utf8JsonWriter json)
    {
        json.WriteNumber("output_index"u8, response.Count - 1);
        json.WritePropertyName("item"u8);
        open!.Write(json);
    }

    private void WritePart(Utf8JsonWriter json, string text)
    {
        WriteItemId(json);
        json.WriteNumber("content_index"u8, 0);
        json.WritePropertyName("part"u8);
        open!.WritePart(json, text);
    }

    private void WriteItemId(Utf8JsonWriter json)
    {
        json.WriteString("item_id"u8, open!.Id);
        json.WriteNumber("output_index"u8, response.Count - 1);
    }

    private void WriteLogprobs(Utf8JsonWriter json)
    {
        if (open!.IsRefusal)
            return;
        json.WriteStartArray("logprobs"u8);
        json.WriteEndArray();
    }

    private void WritePadding(Utf8JsonWriter json)
    {
        if (request.Obfuscates)
            json.WriteString("obfuscation"u8, Letters.AsSpan(0, 1 + padding.Below(16)));
    }

    private void WriteResponse(Utf8JsonWriter json, string status, Usage? usage)
    {
        json.WritePropertyName("response"u8);
        response.Write(json, status, usage);
    }

    private void Write(IBufferWriter<byte> output, string type, Action<Utf8JsonWriter> write) =>
        ServerSentEvents.Write(output, json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteNumber("sequence_number"u8, sequence++);
            write(json);
            json.WriteEndObject();
        }, type);
}
