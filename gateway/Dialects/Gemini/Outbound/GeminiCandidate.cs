using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>Reads one of the requested answers part by part (specs/dialects.md 3.3).</summary>
/// <param name="index">The answer's index among the choices.</param>
/// <param name="upstreamModel">The model that opaque state is tagged with.</param>
/// <param name="onlyFirstCall">Whether to drop all calls but the first.</param>
/// <param name="course">The course of the answer that it belongs to.</param>
internal sealed class GeminiCandidate(int index, string upstreamModel, bool onlyFirstCall, AnswerCourse course)
{
    private readonly SurrogateCarry textCarry = new();
    private readonly SurrogateCarry reasoningCarry = new();
    private PartialArguments? openArguments;
    private int openSlot;
    private bool hasContent;

    /// <summary>Gemini's finish reason; the last one counts. Null while the answer continues.</summary>
    public string? FinishReason { get; set; }

    public void Say(ReadOnlySpan<byte> escaped)
    {
        if (escaped.IsEmpty)
            return;
        CloseCall();
        hasContent = true;
        course.Text(index, textCarry.Pass(escaped));
    }

    public void Reason(ReadOnlySpan<byte> escaped)
    {
        if (escaped.IsEmpty)
            return;
        CloseCall();
        course.Reasoning(index, reasoningCarry.Pass(escaped));
    }

    /// <summary>Passes on a picture or sound. Google's <c>audio/L16</c> is what OpenAI calls PCM.</summary>
    public void Show(ReadOnlySpan<byte> mimeType, ReadOnlySpan<byte> base64)
    {
        CloseCall();
        hasContent = true;
        var type = mimeType.IsEmpty ? "application/octet-stream" : JsonText.ReadString(mimeType);
        if (type.StartsWith("audio/L16", StringComparison.OrdinalIgnoreCase))
        {
            var rate = type.Split(';').Select(each => each.Trim()).FirstOrDefault(each => each.StartsWith("rate=", StringComparison.OrdinalIgnoreCase));
            type = rate is null ? "audio/pcm" : $"audio/pcm;{rate}";
        }

        if (base64.Contains((byte)'\\'))
            base64 = Encoding.ASCII.GetBytes(JsonText.ReadString(base64));
        course.Media(index, type, base64);
    }

    /// <summary>Passes on code that the model ran, or its output, as text that clients can show.</summary>
    public void Fence(ReadOnlySpan<byte> language, ReadOnlySpan<byte> escaped)
    {
        Say("\\n```"u8);
        Say(language);
        Say("\\n"u8);
        Say(escaped);
        Say(escaped.EndsWith("\\n"u8) ? "```\\n"u8 : "\\n```\\n"u8);
    }

    /// <summary>Passes on a signature, which ends the preceding text or stands alone (specs/dialects.md 2.6).</summary>
    public void Sign(ReadOnlySpan<byte> signature)
    {
        CloseCall();
        ReleaseCarried();
        course.State(index, null, StateOf(signature));
    }

    /// <param name="json">The <c>functionCall</c>. One without a name continues the open call.</param>
    /// <param name="signature">The part's signature. Empty when there is none.</param>
    /// <exception cref="FormatException">Pieces of arguments do not fit together.</exception>
    public void Call(ReadOnlySpan<byte> json, ReadOnlySpan<byte> signature)
    {
        var call = GeminiCall.Read(json);
        if (call.Name is { Length: > 0 } name)
        {
            CloseCall();
            hasContent = true;
            if (onlyFirstCall && course.CallsOf(index) > 0)
            {
                // No call is open now, so the pieces of this call that follow are ignored.
                return;
            }

            ReleaseCarried();
            openSlot = course.ToolStart(index, call.Id, name);
            if (!signature.IsEmpty)
                course.State(index, openSlot, StateOf(signature));
            openArguments = new PartialArguments();
            if (!call.GoesOn && call.Pieces.Count == 0)
            {
                openArguments = null;
                EndCall(call.Arguments.IsEmpty ? "{}"u8 : call.Arguments);
                return;
            }
        }
        else if (openArguments is null)
        {
            return;
        }

        foreach (var piece in call.Pieces)
        {
            if (piece.IsText)
                openArguments.AppendText(piece.Path, piece.Value.Span);
            else
                openArguments.Set(piece.Path, piece.Value.Span);
        }

        if (!call.GoesOn)
            CloseCall();
    }

    /// <summary>The failure that the finish reason of an ended answer reports. Null when there is none.</summary>
    public GatewayError? FindFailure() => FinishReason switch
    {
        "MALFORMED_FUNCTION_CALL" => Failure(ProviderText.CallUnreadable),
        "MALFORMED_RESPONSE" => Failure(ProviderText.AnswerUnreadable),
        "UNEXPECTED_TOOL_CALL" when !hasContent => Failure(ProviderText.UnknownToolCalled),
        "TOO_MANY_TOOL_CALLS" when !hasContent => Failure(ProviderText.TooManyCalls),
        "NO_IMAGE" when !hasContent => Failure(ProviderText.NoPicture),
        "OTHER" or "IMAGE_OTHER" when !hasContent => Failure(ProviderText.EndedSilently),
        _ => null,
    };

    /// <param name="isBlocked">Whether the provider blocked the prompt. A candidate may then lack a finish reason.</param>
    public void Finish(bool isBlocked)
    {
        CloseCall();
        ReleaseCarried();
        course.Stop(index, FinishReason switch
        {
            null when isBlocked => StopReason.ContentFilter,
            // A continuation would need another call with a token, so the client sees an answer cut by a limit.
            "MAX_TOKENS" or "CONTINUATION" => StopReason.Length,
            "SAFETY" or "RECITATION" or "LANGUAGE" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII"
                or "IMAGE_SAFETY" or "IMAGE_PROHIBITED_CONTENT" or "IMAGE_RECITATION" => StopReason.ContentFilter,
            _ => course.CallsOf(index) > 0 ? StopReason.ToolCalls : StopReason.Stop,
        });
    }

    private static GatewayError Failure(Wording text) => new(ErrorKind.UpstreamFailed, text) { Code = "upstream_finish_error" };

    private OpaqueState StateOf(ReadOnlySpan<byte> signature) => OpaqueState.Of(StateKind.GeminiThoughtSignature, upstreamModel, JsonText.ReadString(signature));

    private void CloseCall()
    {
        if (openArguments is not { } arguments)
            return;
        openArguments = null;
        EndCall(arguments.Write().Span);
    }

    private void EndCall(ReadOnlySpan<byte> arguments)
    {
        course.ToolArguments(index, openSlot, JsonText.Quote(JsonText.ReplaceLoneSurrogates(arguments)));
        course.ToolEnd(index, openSlot);
    }

    private void ReleaseCarried()
    {
        course.Reasoning(index, reasoningCarry.Finish());
        course.Text(index, textCarry.Finish());
    }
}
