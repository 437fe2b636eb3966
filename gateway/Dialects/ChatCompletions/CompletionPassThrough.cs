using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>
/// Passes OpenAI's chat and text completions through. Only the model's name is replaced, by the name that the client used,
/// and token counts are removed unless the client asked for them (specs/dialects.md 2.15).
/// </summary>
internal sealed class CompletionPassThrough(AnswerContext context, IBufferWriter<byte> output) : PassThroughLane
{
    private readonly byte[] model = [(byte)'"', .. JsonText.Escape(context.Request.Model), (byte)'"'];
    private readonly JsonMemberReplacement naming = new("model"u8.ToArray(), [(byte)'"', .. JsonText.Escape(context.Request.Model), (byte)'"']);
    private bool tellsUsage;
    private Usage usage = Conversation.Usage.Absent;

    public override void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        var hidesUsage = tellsUsage && !context.Request.IncludeUsage;
        if (tellsUsage && !hidesUsage)
            data = CostMember.AddTo(data, context, usage);
        tellsUsage = false;
        if (!hidesUsage && !data.ContainsAny((byte)'\r', (byte)'\n') && data is [(byte)'{', .., (byte)'}'])
        {
            WriteName(eventName);
            naming.Write("data: "u8, data, "\n\n"u8, output);
            return;
        }

        // A line end inside the data is white space between JSON tokens or separates two events (P-43).
        var rest = JsonText.Trim(JsonText.OnOneLine(data));
        while (!rest.IsEmpty && !rest.StartsWith("[DONE]"u8))
        {
            if (hidesUsage && IsWithoutChoices(rest, out var length))
            {
                rest = JsonText.Trim(rest[length..]);
                continue;
            }

            WriteName(eventName);
            eventName = default;
            output.Write("data: "u8);
            rest = JsonText.Trim(rest[JsonSplice.Replace(rest, "model"u8, model, output)..]);
            output.Write("\n\n"u8);
        }
    }

    public override void CloseStream() => CompletionWriter.WriteDone(output);

    public override void ForwardBody(ReadOnlySpan<byte> body) => JsonSplice.Replace(CostMember.AddTo(body, context, usage), "model"u8, model, output);

    public override void Usage(in Usage usage) => (this.usage, tellsUsage) = (usage, true);

    public override void Fail(GatewayError error)
    {
        if (context.Request.Stream)
            CompletionWriter.FailStream(output, error, context.RequestId);
    }

    private static bool IsWithoutChoices(ReadOnlySpan<byte> json, out int length) =>
        JsonSplice.Find(json, "choices"u8, out length) is { IsEmpty: false } choices && JsonText.Trim(choices[1..^1]).IsEmpty;

    private void WriteName(ReadOnlySpan<byte> eventName)
    {
        if (eventName.IsEmpty)
            return;
        output.Write("event: "u8);
        output.Write(eventName);
        output.Write("\n"u8);
    }
}
