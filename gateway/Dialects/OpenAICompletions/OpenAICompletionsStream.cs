using System.Buffers;
using System.Globalization;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAICompletions;

/// <summary>Writes an answer's events as <c>text_completion</c> chunks (specs/dialects.md 2.18), which hold no reasoning or tool calls.</summary>
internal sealed class OpenAICompletionsStream : AnswerReceiver
{
    private readonly AnswerContext context;
    private readonly IBufferWriter<byte> output;
    private readonly byte[] head;
    private readonly byte[] textHead;
    private readonly byte[] tail;
    private readonly HashSet<int> echoed = [];
    private readonly List<(int Choice, StopReason Reason)> stops = [];

    /// <summary>The bytes that follow the text of <see cref="lastChoice"/>.</summary>
    private byte[] textTail = [];

    private int lastChoice = -1;
    private Usage usage = Conversation.Usage.Absent;

    public OpenAICompletionsStream(AnswerContext context, IBufferWriter<byte> output)
    {
        this.context = context;
        this.output = output;
        head = CompletionWriter.ChunkHead(CompletionWriter.TextId(context), "text_completion", context);
        textHead = [.. head, .. "\"choices\":[{\"text\":\""u8];
        tail = context.Request.IncludeUsage ? [.. "}],\"usage\":null}\n\n"u8] : [.. "}]}\n\n"u8];
    }

    public override void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        EchoOnce(choice);
        WriteText(choice, escaped);
    }

    public override void Refusal(int choice, ReadOnlySpan<byte> escaped) => Text(choice, escaped);

    public override void Usage(in Usage usage) => this.usage = usage;

    public override void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        EchoOnce(choice);
        stops.Add((choice, reason));
    }

    public override void End()
    {
        foreach (var (choice, reason) in stops)
            output.WriteJoined(textHead, default, TailOf(choice, $"\"{CompletionWriter.TextFinishReason(reason)}\""));
        CompletionWriter.EndStream(output, head, context, usage);
    }

    public override void Fail(GatewayError error) => CompletionWriter.FailStream(output, error, context.RequestId);

    private void EchoOnce(int choice)
    {
        if (context.Request.Completion is { Echo: true } && echoed.Add(choice))
            WriteText(choice, OpenAICompletions.EchoOf(context, choice));
    }

    private void WriteText(int choice, ReadOnlySpan<byte> escaped)
    {
        if (choice != lastChoice)
        {
            lastChoice = choice;
            textTail = TailOf(choice, "null");
        }

        output.WriteJoined(textHead, escaped, textTail);
    }

    private byte[] TailOf(int choice, string finishReason) =>
    [
        .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\",\"index\":{choice},\"logprobs\":null,\"finish_reason\":{finishReason}")),
        .. tail,
    ];
}
