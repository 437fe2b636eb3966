using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Schemas;
using Dragoman.Wire;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// Checks an answer against the client's schema before it may end successfully, when the provider did not get the whole schema
/// (specs/dialects.md 2.5). An answer that a limit cut off, or that calls tools, is not a document and is not checked.
/// </summary>
public sealed class SchemaCheckedAnswer(IAnswerEvents next, AnswerSchema schema, WorkLimit work) : AnswerFilter(next)
{
    /// <summary>The error code by which clients recognize this failure.</summary>
    public const string ErrorCode = "output_does_not_match_schema";

    private readonly Dictionary<int, EscapedText> texts = [];
    private bool hasFailed;

    public override void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        if (!texts.TryGetValue(choice, out var text))
            texts[choice] = text = new EscapedText();
        text.Append(escaped);
        Next.Text(choice, escaped);
    }

    public override void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        if (!hasFailed && reason.IsNatural() && FindMismatch(choice) is { } mismatch)
        {
            hasFailed = true;
            Next.Fail(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.MismatchedAnswer(mismatch)) { Code = ErrorCode });
        }

        if (!hasFailed)
            Next.Stop(choice, reason, stopSequence);
    }

    public override void Usage(in Usage usage)
    {
        if (!hasFailed)
            Next.Usage(usage);
    }

    public override void End()
    {
        if (!hasFailed)
            Next.End();
    }

    public override void Fail(GatewayError error)
    {
        if (!hasFailed)
            Next.Fail(error);
    }

    private Wording? FindMismatch(int choice)
    {
        if (!texts.TryGetValue(choice, out var text))
            return SchemaText.AnswerWithoutText;
        var json = new ArrayBufferWriter<byte>(Math.Max(1, text.Length));
        JsonText.Unescape(text.Bytes, json);
        SocketThread.AssertMayProcess(long.MaxValue);
        using (work.Begin())
            return schema.FindMismatch(json.WrittenSpan);
    }
}
