namespace Dragoman.Conversation;

/// <summary>
/// The canonical events of one answer (specs/dialects.md 3.0). Outbound dialects raise them, inbound dialects turn
/// them into their own wire format; a collected answer is the same events in one go.
/// </summary>
/// <remarks>
/// Every <c>escaped</c> span is the inside of a JSON string: UTF-8, escaped, without quotes. It is valid inside any
/// other JSON string, so it is copied and never decoded on the way. Spans live only for the call.
/// The one who raises the events guarantees: <see cref="Start"/> exactly once and first; tool slots dense from 0 per
/// choice, ids unique per choice; <see cref="ToolEnd"/> before <see cref="Stop"/>, after which nothing of the choice comes;
/// every choice stopped before <see cref="End"/>; exactly one of <see cref="End"/> and <see cref="Fail"/>, last; no span is
/// empty; no escaped span ends between the two halves of a surrogate pair.
/// </remarks>
public interface IAnswerEvents
{
    /// <param name="upstreamId">The provider's id of the answer, if it gave one.</param>
    void Start(string? upstreamId);

    void Text(int choice, ReadOnlySpan<byte> escaped);

    void Reasoning(int choice, ReadOnlySpan<byte> escaped);

    void Refusal(int choice, ReadOnlySpan<byte> escaped);

    /// <param name="choice">The answer it belongs to, from 0.</param>
    /// <param name="slot">The call's place in the answer, from 0.</param>
    /// <param name="id">Never empty.</param>
    /// <param name="name">Never empty.</param>
    void ToolStart(int choice, int slot, string id, string name);

    /// <summary>A fragment of the arguments' JSON text, itself escaped.</summary>
    void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped);

    void ToolEnd(int choice, int slot);

    /// <summary>Belongs to the text that follows.</summary>
    /// <param name="choice">The answer it belongs to, from 0.</param>
    /// <param name="entries">Raw JSON in one line: the elements of OpenAI's <c>logprobs.content</c> array, comma-separated, without brackets.</param>
    void Logprobs(int choice, ReadOnlySpan<byte> entries);

    /// <summary>May come several times; the last one counts.</summary>
    void Usage(in Usage usage);

    /// <summary>Opaque state of the provider's, to be replayed with what it belongs to.</summary>
    /// <param name="choice">The answer it belongs to, from 0.</param>
    /// <param name="slot">The tool call that it belongs to, before its <see cref="ToolEnd"/>; null: the reasoning that was raised last and ends with
    /// this, a hidden piece of reasoning where none was raised, or for Gemini the text.</param>
    /// <param name="state">Tagged with the model that made it.</param>
    void State(int choice, int? slot, OpaqueState state);

    /// <summary>A whole picture or piece of sound that the model made; a sound may come in several pieces.</summary>
    /// <param name="choice">The answer it belongs to, from 0.</param>
    /// <param name="mediaType">For example <c>image/png</c> or <c>audio/pcm;rate=24000</c>.</param>
    /// <param name="base64">Standard alphabet with padding.</param>
    void Media(int choice, string mediaType, ReadOnlySpan<byte> base64);

    /// <param name="choice">The answer that stopped, from 0.</param>
    /// <param name="reason">Why.</param>
    /// <param name="stopSequence">Which sequence it was, where the provider tells.</param>
    void Stop(int choice, StopReason reason, string? stopSequence = null);

    /// <summary>The answer is whole.</summary>
    void End();

    /// <summary>The answer is not whole and never will be.</summary>
    void Fail(GatewayError error);
}
