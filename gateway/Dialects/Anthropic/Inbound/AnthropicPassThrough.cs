using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>Passes Anthropic's own answers through. What changes is the model's name, which is the client's own.</summary>
internal sealed class AnthropicPassThrough(AnswerContext context, IBufferWriter<byte> output) : PassThroughLane
{
    private readonly byte[] model = [(byte)'"', .. JsonText.Escape(context.Request.Model), (byte)'"'];

    public override void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        // What some servers add to their streams, such as a last [DONE], is no event of Anthropic's.
        if (!data.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            return;
        // Some proxies leave the names out; clients read nothing without them (P-14).
        var name = eventName.IsEmpty ? JsonSplice.Find(data, "type"u8).Trim((byte)'"') : eventName;
        if (name.SequenceEqual("message_start"u8) && JsonSplice.Find(data, "message"u8) is { IsEmpty: false } message && message[0] == '{')
        {
            var renamed = new ArrayBufferWriter<byte>(message.Length + model.Length);
            JsonSplice.Replace(message, "model"u8, model, renamed);
            var whole = new ArrayBufferWriter<byte>(data.Length + model.Length);
            JsonSplice.Replace(data, "message"u8, renamed.WrittenSpan, whole);
            data = whole.WrittenSpan;
        }

        // A line end inside the data, which the framing made of several data lines, is white space of the JSON.
        output.WriteJoined("event: "u8, name, "\ndata: "u8, JsonText.OnOneLine(data), "\n\n"u8);
    }

    /// <summary>Nothing: <c>message_stop</c> has been passed on.</summary>
    public override void CloseStream()
    {
    }

    public override void ForwardBody(ReadOnlySpan<byte> body) => JsonSplice.Replace(body, "model"u8, model, output);

    public override void Fail(GatewayError error)
    {
        if (context.Request.Stream)
            AnthropicStream.WriteFailure(output, error, context.RequestId);
    }
}
