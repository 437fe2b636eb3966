using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>Passes Anthropic's own answers through. Only the model's name is replaced, by the name that the client used.</summary>
internal sealed class AnthropicPassThrough(AnswerContext context, IBufferWriter<byte> output) : PassThroughLane
{
    private readonly byte[] model = [(byte)'"', .. JsonText.Escape(context.Request.Model), (byte)'"'];
    private Usage usage = Conversation.Usage.Absent;

    public override void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        // Some servers add events that are not Anthropic's, such as a final [DONE].
        if (!data.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            return;
        // Some proxies drop the event names. Clients ignore events without a name (P-14).
        var name = eventName.IsEmpty ? JsonSplice.Find(data, "type"u8).Trim((byte)'"') : eventName;
        if (name.SequenceEqual("message_start"u8) && JsonSplice.Find(data, "message"u8) is { IsEmpty: false } message && message[0] == '{')
        {
            var renamed = new ArrayBufferWriter<byte>(message.Length + model.Length);
            JsonSplice.Replace(message, "model"u8, model, renamed);
            var whole = new ArrayBufferWriter<byte>(data.Length + model.Length);
            JsonSplice.Replace(data, "message"u8, renamed.WrittenSpan, whole);
            data = whole.WrittenSpan;
        }

        if (name.SequenceEqual("message_delta"u8))
            data = CostMember.AddTo(data, context, usage);
        // The framing joins several data lines with a line end, which is white space in the JSON.
        output.WriteJoined("event: "u8, name, "\ndata: "u8, JsonText.OnOneLine(data), "\n\n"u8);
    }

    /// <summary>Writes nothing, because <c>message_stop</c> was already passed through.</summary>
    public override void CloseStream()
    {
    }

    public override void ForwardBody(ReadOnlySpan<byte> body) => JsonSplice.Replace(CostMember.AddTo(body, context, usage), "model"u8, model, output);

    public override void Usage(in Usage usage) => this.usage = usage;

    public override void Fail(GatewayError error)
    {
        if (context.Request.Stream)
            AnthropicStream.WriteFailure(output, error, context.RequestId);
    }
}
