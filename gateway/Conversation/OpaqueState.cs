using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Dragoman.Conversation;

/// <summary>The kind of a piece of opaque state: which provider made it, and for what (specs/dialects.md 0.1).</summary>
public enum StateKind
{
    /// <summary>The signature of a thinking block.</summary>
    AnthropicSignature,

    /// <summary>The encrypted content of a thinking block that Anthropic redacted.</summary>
    AnthropicRedacted,

    /// <summary>Gemini's <c>thoughtSignature</c> on a part, base64.</summary>
    GeminiThoughtSignature,

    /// <summary>The <c>encrypted_content</c> of a reasoning item in OpenAI's Responses API.</summary>
    OpenAIReasoning,
}

/// <summary>
/// Data that a provider needs back unchanged in later requests. It is sent only to the model that made it
/// (P-18, P-22, P-24).
/// </summary>
/// <param name="Kind">The kind, which says which provider understands the state.</param>
/// <param name="ModelTag">The tag of the model that made the state (<see cref="TagOf"/>); empty when a client sent it without its origin.</param>
/// <param name="Value">The state as the provider sent it.</param>
public sealed record OpaqueState(StateKind Kind, string ModelTag, string Value)
{
    private const int TagBytes = 9;

    public static OpaqueState Of(StateKind kind, string upstreamModel, string value) => new(kind, TagOf(upstreamModel), value);

    /// <summary>Whether the state may be sent to a model. State of unknown origin may be sent to any model that understands its kind.</summary>
    public bool BelongsTo(StateKind kind, string upstreamModel) =>
        Kind == kind && (ModelTag.Length == 0 || ModelTag == TagOf(upstreamModel));

    /// <summary>A short tag for a model, which does not reveal its name.</summary>
    public static string TagOf(string upstreamModel) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(upstreamModel)).AsSpan(0, TagBytes));
}
