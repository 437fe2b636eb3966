using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic;

/// <summary>Passes Anthropic's own answers through. What changes is the model's name, which is the client's own.</summary>
internal sealed class AnthropicPassThrough(AnswerContext context, IBufferWriter<byte> output) : IPassThrough
{
    private readonly byte[] model = [(byte)'"', .. JsonText.Escape(context.Request.Model), (byte)'"'];

    public void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        // What some servers add to their streams, such as a last [DONE], is no event of Anthropic's.
        if (!data.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            return;
        // Some proxies leave the names out; clients read nothing without them (P-14).
        var name = eventName.IsEmpty ? JsonSplice.Find(data, "type"u8).Trim((byte)'"') : eventName;
        output.Write("event: "u8);
        output.Write(name);
        output.Write("\ndata: "u8);
        if (name.SequenceEqual("message_start"u8) && JsonSplice.Find(data, "message"u8) is { IsEmpty: false } message && message[0] == '{')
        {
            var renamed = new ArrayBufferWriter<byte>(message.Length + model.Length);
            JsonSplice.Replace(message, "model"u8, model, renamed);
            var whole = new ArrayBufferWriter<byte>(data.Length + model.Length);
            JsonSplice.Replace(data, "message"u8, renamed.WrittenSpan, whole);
            WriteLines(whole.WrittenSpan);
        }
        else
        {
            WriteLines(data);
        }

        output.Write("\n\n"u8);
    }

    /// <summary>Nothing: <c>message_stop</c> has been passed on.</summary>
    public void CloseStream()
    {
    }

    public void ForwardBody(ReadOnlySpan<byte> body) => JsonSplice.Replace(body, "model"u8, model, output);

    public void Start(string? upstreamId)
    {
    }

    public void Text(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public void ToolStart(int choice, int slot, string id, string name)
    {
    }

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
    }

    public void ToolEnd(int choice, int slot)
    {
    }

    public void State(int choice, int? slot, OpaqueState state)
    {
    }

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
    }

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
    }

    public void Usage(in Usage usage)
    {
    }

    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
    }

    public void End()
    {
    }

    public void Fail(GatewayError error)
    {
        if (context.Request.Stream)
            AnthropicStream.WriteFailure(output, error, context.RequestId);
    }

    /// <summary>A line end inside the data, which the framing made of several data lines, is white space of the JSON.</summary>
    private void WriteLines(ReadOnlySpan<byte> data)
    {
        while (data.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var end)
        {
            output.Write(data[..end]);
            output.Write(" "u8);
            data = data[(end + 1)..];
        }

        output.Write(data);
    }
}
