using System.Buffers;
using System.Globalization;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Conversation.ChatCompletions;

namespace Dragoman.Dialects.OpenAICompletions;

/// <summary>Writes an answer's events as a stream of <c>text_completion</c> chunks (specs/dialects.md 2.18). Reasoning and tool calls have no place there.</summary>
internal sealed class OpenAICompletionsStream : IAnswerEvents
{
    private readonly AnswerContext context;
    private readonly IBufferWriter<byte> output;
    private readonly byte[] head;
    private readonly byte[] tail;
    private readonly HashSet<int> echoed = [];
    private readonly List<(int Choice, StopReason Reason)> stops = [];
    private Usage usage = Conversation.Usage.Absent;

    public OpenAICompletionsStream(AnswerContext context, IBufferWriter<byte> output)
    {
        this.context = context;
        this.output = output;
        head = CompletionWriter.ChunkHead(CompletionWriter.TextId(context), "text_completion", context);
        tail = context.Request.IncludeUsage ? [.. "}],\"usage\":null}\n\n"u8] : [.. "}]}\n\n"u8];
    }

    public void Start(string? upstreamId)
    {
    }

    public void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        EchoOnce(choice);
        WriteChunk(choice, escaped, "null"u8);
    }

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped) => Text(choice, escaped);

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

    public void Usage(in Usage usage) => this.usage = usage;

    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        EchoOnce(choice);
        stops.Add((choice, reason));
    }

    public void End()
    {
        foreach (var (choice, reason) in stops)
            WriteChunk(choice, default, Encoding.UTF8.GetBytes($"\"{CompletionWriter.TextFinishReason(reason)}\""));
        CompletionWriter.EndStream(output, head, context, usage);
    }

    public void Fail(GatewayError error) => CompletionWriter.FailStream(output, error, context.RequestId);

    private void EchoOnce(int choice)
    {
        if (context.Request.Completion is { Echo: true } && echoed.Add(choice))
            WriteChunk(choice, OpenAICompletions.EchoOf(context, choice), "null"u8);
    }

    private void WriteChunk(int choice, ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> finishReason)
    {
        var span = output.GetSpan(head.Length + escaped.Length + finishReason.Length + tail.Length + 128);
        var rest = span;
        Append(ref rest, head);
        Append(ref rest, "\"choices\":[{\"text\":\""u8);
        Append(ref rest, escaped);
        Append(ref rest, "\",\"index\":"u8);
        choice.TryFormat(rest, out var digits, provider: CultureInfo.InvariantCulture);
        rest = rest[digits..];
        Append(ref rest, ",\"logprobs\":null,\"finish_reason\":"u8);
        Append(ref rest, finishReason);
        Append(ref rest, tail);
        output.Advance(span.Length - rest.Length);
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }
}
