using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Dragoman.Conversation;

/// <summary>Who made a piece of opaque state, and what it is (specs/dialects.md 0.1).</summary>
public enum StateKind
{
    /// <summary>The signature of a thinking block.</summary>
    AnthropicSignature,

    /// <summary>The ciphertext of a thinking block that Anthropic hides.</summary>
    AnthropicRedacted,

    /// <summary>Gemini's <c>thoughtSignature</c> on a part, base64.</summary>
    GeminiThoughtSignature,

    /// <summary>The <c>encrypted_content</c> of a reasoning item of OpenAI's Responses.</summary>
    OpenAIReasoning,
}

/// <summary>
/// What a provider wants to see again, unchanged, and nobody else may see: it goes back only to the model that made it
/// (P-18, P-22, P-24).
/// </summary>
/// <param name="Kind">Who understands it.</param>
/// <param name="ModelTag">See <see cref="TagOf"/>; empty when it came from a client without word of its origin.</param>
/// <param name="Value">As the provider sent it.</param>
public sealed record OpaqueState(StateKind Kind, string ModelTag, string Value)
{
    private const int TagBytes = 9;

    public static OpaqueState Of(StateKind kind, string upstreamModel, string value) => new(kind, TagOf(upstreamModel), value);

    /// <summary>Whether a model may see the state again; state of unknown origin is given the benefit of the doubt.</summary>
    public bool BelongsTo(StateKind kind, string upstreamModel) =>
        Kind == kind && (ModelTag.Length == 0 || ModelTag == TagOf(upstreamModel));

    /// <summary>A short name of a model that does not tell which it is.</summary>
    public static string TagOf(string upstreamModel) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(upstreamModel)).AsSpan(0, TagBytes));
}
