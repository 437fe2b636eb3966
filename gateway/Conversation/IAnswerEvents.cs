namespace Dragoman.Conversation;

/// <summary>
/// The canonical events of one answer (specs/dialects.md 3.0). Outbound dialects raise them, and inbound dialects translate
/// them to their own wire format. An answer that is not streamed raises the same events, all at once.
/// </summary>
/// <remarks>
/// Every <c>escaped</c> span is the content of a JSON string: UTF-8, escaped, without quotes. It is valid in any other
/// JSON string, so it is copied and never decoded. A span is valid only during the call.
/// The code that raises the events guarantees: <see cref="Start"/> comes first and exactly once. The tool slots of a choice
/// are numbered from 0 without gaps, and its call ids are unique. Every <see cref="ToolEnd"/> of a choice comes before its
/// <see cref="Stop"/>, and no event of the choice comes after that. Every choice stops before <see cref="End"/>. The last
/// event is either <see cref="End"/> or <see cref="Fail"/>. No span is empty, and no escaped span ends between the two
/// halves of a surrogate pair.
/// </remarks>
public interface IAnswerEvents
{
    /// <param name="upstreamId">The provider's id of the answer; null when it gave none.</param>
    void Start(string? upstreamId);

    void Text(int choice, ReadOnlySpan<byte> escaped);

    void Reasoning(int choice, ReadOnlySpan<byte> escaped);

    void Refusal(int choice, ReadOnlySpan<byte> escaped);

    /// <param name="choice">The choice of the call, counted from 0.</param>
    /// <param name="slot">The position of the call among the choice's calls, counted from 0.</param>
    /// <param name="id">Never empty.</param>
    /// <param name="name">Never empty.</param>
    void ToolStart(int choice, int slot, string id, string name);

    /// <summary>A fragment of the call's arguments: JSON text, escaped once more.</summary>
    void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped);

    void ToolEnd(int choice, int slot);

    /// <summary>Log probabilities of the text that follows.</summary>
    /// <param name="choice">The choice of the text, counted from 0.</param>
    /// <param name="entries">Raw JSON on one line: the elements of OpenAI's <c>logprobs.content</c> array, comma-separated, without brackets.</param>
    void Logprobs(int choice, ReadOnlySpan<byte> entries);

    /// <summary>The token counts. The event may come several times; the last one counts.</summary>
    void Usage(in Usage usage);

    /// <summary>Opaque state of the provider, which a later request must send back with the block that it belongs to.</summary>
    /// <param name="choice">The choice that the state belongs to, counted from 0.</param>
    /// <param name="slot">The slot of the tool call that the state belongs to; the event comes before its <see cref="ToolEnd"/>. Null when the
    /// state belongs to text (Gemini) or to reasoning (others). State of reasoning ends the reasoning that was raised last; when none was
    /// raised, it stands for hidden reasoning.</param>
    /// <param name="state">The state, tagged with the model that made it.</param>
    void State(int choice, int? slot, OpaqueState state);

    /// <summary>A whole image or a piece of audio that the model made. Audio may come in several pieces.</summary>
    /// <param name="choice">The choice that it belongs to, counted from 0.</param>
    /// <param name="mediaType">For example <c>image/png</c> or <c>audio/pcm;rate=24000</c>.</param>
    /// <param name="base64">Base64 in the standard alphabet, with padding.</param>
    void Media(int choice, string mediaType, ReadOnlySpan<byte> base64);

    /// <param name="choice">The choice that stopped, counted from 0.</param>
    /// <param name="reason">Why it stopped.</param>
    /// <param name="stopSequence">The stop sequence that ended it; null when the provider does not report one.</param>
    void Stop(int choice, StopReason reason, string? stopSequence = null);

    /// <summary>The answer is complete.</summary>
    void End();

    /// <summary>The answer failed and will never be complete.</summary>
    void Fail(GatewayError error);
}
