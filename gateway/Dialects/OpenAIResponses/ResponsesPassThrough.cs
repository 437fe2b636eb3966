using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses;

/// <summary>
/// Passes an answer of OpenAI's Responses through. What changes is the model's name, which is the client's own, in
/// every response object.
/// </summary>
internal sealed class ResponsesPassThrough(AnswerContext context, IBufferWriter<byte> output) : PassThroughLane
{
    private readonly byte[] model = [(byte)'"', .. JsonText.Escape(context.Request.Model), (byte)'"'];
    private int forwarded;

    public override void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        forwarded++;
        if (!eventName.IsEmpty)
        {
            output.Write("event: "u8);
            output.Write(eventName);
            output.Write("\n"u8);
        }

        output.Write("data: "u8);
        // A line end inside the data is white space between tokens.
        var line = JsonText.OnOneLine(data);
        if (line.IndexOf("\"response\""u8) >= 0)
            WriteRenamed(line);
        else
            output.Write(line);
        output.Write("\n\n"u8);
    }

    public override void CloseStream()
    {
    }

    public override void ForwardBody(ReadOnlySpan<byte> body) => JsonSplice.Replace(body, "model"u8, model, output);

    public override void Fail(GatewayError error)
    {
        if (context.Request.Stream)
            ResponsesFailure.Write(output, forwarded, new ResponseObject(context), default, error);
    }

    private void WriteRenamed(ReadOnlySpan<byte> json)
    {
        var response = JsonSplice.Find(json, "response"u8);
        if (!response.StartsWith("{"u8))
        {
            output.Write(json);
            return;
        }

        var renamed = new ArrayBufferWriter<byte>(response.Length + model.Length);
        JsonSplice.Replace(response, "model"u8, model, renamed);
        JsonSplice.Replace(json, "response"u8, renamed.WrittenSpan, output);
    }
}
