using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses;

/// <summary>
/// Passes an answer of OpenAI's Responses through. What changes is the model's name, which is the client's own, in
/// every response object.
/// </summary>
internal sealed class ResponsesPassThrough(AnswerContext context, IBufferWriter<byte> output) : IPassThrough
{
    private readonly byte[] model = [(byte)'"', .. JsonText.Escape(context.Request.Model), (byte)'"'];
    private int forwarded;

    public void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
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
        var line = data.ContainsAny((byte)'\r', (byte)'\n') ? OnOneLine(data) : data;
        if (line.IndexOf("\"response\""u8) >= 0)
            WriteRenamed(line);
        else
            output.Write(line);
        output.Write("\n\n"u8);
    }

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

    private static byte[] OnOneLine(ReadOnlySpan<byte> data)
    {
        var line = data.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        return line;
    }
}
