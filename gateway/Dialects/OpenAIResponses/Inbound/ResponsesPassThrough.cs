using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary>
/// Passes an answer of OpenAI's Responses through. Only the model's name is replaced in every response object, by the name
/// that the client used.
/// </summary>
internal sealed class ResponsesPassThrough(AnswerContext context, IBufferWriter<byte> output) : PassThroughLane
{
    private readonly byte[] model = [(byte)'"', .. JsonText.Escape(context.Request.Model), (byte)'"'];
    private int forwarded;
    private Usage usage = Conversation.Usage.Absent;

    /// <summary>The response object of the first event that had one. A failure repeats it, because the client knows its id.</summary>
    private byte[]? begun;

    public override void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        forwarded++;
        // A line end inside the data is white space between JSON tokens.
        var line = JsonText.OnOneLine(data);
        if (line.IndexOf("\"response\""u8) >= 0)
            line = Renamed(line);
        if (eventName.IsEmpty)
            output.WriteJoined("data: "u8, line, "\n\n"u8);
        else
            output.WriteJoined("event: "u8, eventName, "\ndata: "u8, line, "\n\n"u8);
    }

    public override void CloseStream()
    {
    }

    public override void ForwardBody(ReadOnlySpan<byte> body) => JsonSplice.Replace(CostMember.AddTo(body, context, usage), "model"u8, model, output);

    public override void Usage(in Usage usage) => this.usage = usage;

    public override void Fail(GatewayError error)
    {
        if (!context.Request.Stream)
            return;
        if (JsonMembers.TryReadFirst(begun) is { } response)
            ResponsesFailure.Write(output, forwarded, response, error);
        else
            ResponsesFailure.Write(output, forwarded, new ResponseObject(context), default, error);
    }

    private ReadOnlySpan<byte> Renamed(ReadOnlySpan<byte> json)
    {
        var response = JsonSplice.Find(json, "response"u8);
        if (!response.StartsWith("{"u8))
            return json;
        var renamed = new ArrayBufferWriter<byte>(response.Length + model.Length);
        JsonSplice.Replace(CostMember.AddTo(response, context, usage), "model"u8, model, renamed);
        begun ??= renamed.WrittenSpan.ToArray();
        var whole = new ArrayBufferWriter<byte>(json.Length + model.Length);
        JsonSplice.Replace(json, "response"u8, renamed.WrittenSpan, whole);
        return whole.WrittenSpan;
    }
}
