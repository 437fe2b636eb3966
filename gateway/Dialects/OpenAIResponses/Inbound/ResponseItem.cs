using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary>One item of an answer's <c>output</c> while it is being received (specs/dialects.md 3.6).</summary>
internal sealed class ResponseItem
{
    private readonly JsonObjectScanner scanner = new();

    public ResponseItem(ItemKind kind, int index, AnswerContext context)
    {
        Kind = kind;
        Index = index;
        Id = $"{PrefixOf(kind)}_{context.RequestId}_{index}";
    }

    public ItemKind Kind { get; }

    /// <summary>The item's index in the output.</summary>
    public int Index { get; }

    public string Id { get; }

    /// <summary>The slot of a call.</summary>
    public int Slot { get; init; }

    public string CallId { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Whether a message is a refusal, whose content part has another type.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>The escaped text, reasoning, arguments or base64 of a picture.</summary>
    public EscapedText Words { get; } = new();

    /// <summary>Elements of the text's <c>logprobs</c>.</summary>
    public EscapedText Logprobs { get; } = new();

    /// <summary>The opaque state that the client replays.</summary>
    public string? EncryptedContent { get; set; }

    /// <summary>Whether the item is complete: nothing more belongs to it.</summary>
    public bool IsEnded { get; set; }

    /// <summary>Whether the item was cut off.</summary>
    public bool IsCut { get; set; }

    public bool IsCall => Kind is ItemKind.Call or ItemKind.FreeTextCall;

    /// <summary>Whether a call's arguments are complete, so that nothing relevant can follow.</summary>
    public bool HasWholeArguments => scanner.IsComplete;

    public void AppendArguments(ReadOnlySpan<byte> escaped)
    {
        scanner.Read(escaped);
        Words.Append(escaped);
    }

    /// <summary>The text of a free-text call, escaped.</summary>
    public byte[] FreeTextInput()
    {
        var arguments = Words.ToString();
        return JsonText.Escape(FreeText.InputOf(arguments) ?? arguments);
    }

    /// <summary>Writes the item's JSON.</summary>
    /// <param name="output">Receives the JSON.</param>
    /// <param name="isWhole">False to write the item as it is announced, without content.</param>
    public void Write(IBufferWriter<byte> output, bool isWhole)
    {
        output.Write("{\"id\":\""u8);
        output.Write(JsonText.Escape(Id));
        switch (Kind)
        {
            case ItemKind.Message:
                output.Write("\",\"type\":\"message\",\"status\":\""u8);
                output.Write(Status(isWhole));
                output.Write("\",\"content\":["u8);
                if (isWhole)
                    WritePart(output, isWhole: true);
                output.Write("],\"role\":\"assistant\"}"u8);
                break;
            case ItemKind.Reasoning:
                output.Write("\",\"type\":\"reasoning\",\"summary\":["u8);
                if (isWhole && Words.Length > 0)
                    WritePart(output, isWhole: true);
                output.Write("]"u8);
                if (isWhole && EncryptedContent is { } state)
                {
                    output.Write(",\"encrypted_content\":\""u8);
                    output.Write(JsonText.Escape(state));
                    output.Write("\""u8);
                }

                output.Write("}"u8);
                break;
            case ItemKind.Picture:
                output.Write("\",\"type\":\"image_generation_call\",\"status\":\""u8);
                output.Write(Status(isWhole));
                output.Write("\",\"result\":"u8);
                output.Write(isWhole ? [(byte)'"', .. Words.Bytes, (byte)'"', (byte)'}'] : "null}"u8);
                break;
            default:
                WriteCall(output, isWhole);
                break;
        }
    }

    /// <summary>Writes the JSON of a message's or a summary's only part.</summary>
    public void WritePart(IBufferWriter<byte> output, bool isWhole)
    {
        if (Kind == ItemKind.Reasoning)
            output.Write("{\"type\":\"summary_text\",\"text\":\""u8);
        else if (IsRefusal)
            output.Write("{\"type\":\"refusal\",\"refusal\":\""u8);
        else
            WriteTextHead(output, isWhole);
        if (isWhole)
            output.Write(Words.Bytes);
        output.Write("\"}"u8);
    }

    private void WriteTextHead(IBufferWriter<byte> output, bool isWhole)
    {
        output.Write("{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":["u8);
        if (isWhole)
            output.Write(Logprobs.Bytes);
        output.Write("],\"text\":\""u8);
    }

    private void WriteCall(IBufferWriter<byte> output, bool isWhole)
    {
        var isFreeText = Kind == ItemKind.FreeTextCall;
        output.Write(isFreeText ? "\",\"type\":\"custom_tool_call\",\"status\":\""u8 : "\",\"type\":\"function_call\",\"status\":\""u8);
        output.Write(Status(isWhole));
        output.Write(isFreeText ? "\",\"input\":\""u8 : "\",\"arguments\":\""u8);
        if (isWhole)
            output.Write(isFreeText ? FreeTextInput() : Words.Bytes);
        output.Write("\",\"call_id\":\""u8);
        output.Write(JsonText.Escape(CallId));
        output.Write("\",\"name\":\""u8);
        output.Write(JsonText.Escape(Name));
        output.Write("\"}"u8);
    }

    private ReadOnlySpan<byte> Status(bool isWhole) => !isWhole ? "in_progress"u8 : IsCut ? "incomplete"u8 : "completed"u8;

    private static string PrefixOf(ItemKind kind) => kind switch
    {
        ItemKind.Message => "msg",
        ItemKind.Reasoning => "rs",
        ItemKind.Picture => "ig",
        ItemKind.FreeTextCall => "ctc",
        _ => "fc",
    };
}
