using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>
/// Packs opaque state into a string that clients of another dialect send back unchanged, such as a <c>signature</c> or
/// <c>encrypted_content</c> (specs/dialects.md 2.6): <c>gw1.kind.model.payload.seal</c>. Because of the seal, state that a
/// client invented never reaches a provider.
/// </summary>
public sealed class StateEnvelope
{
    private const string Mark = "gw1.";
    private const int SealBytes = 16;

    private static readonly (StateKind Kind, string Word)[] Words =
    [
        (StateKind.AnthropicSignature, "as"),
        (StateKind.AnthropicRedacted, "ar"),
        (StateKind.GeminiThoughtSignature, "gt"),
        (StateKind.OpenAIReasoning, "or"),
    ];

    /// <summary>An envelope with a secret that only this process knows.</summary>
    public static readonly StateEnvelope OfProcess = new(RandomNumberGenerator.GetBytes(32));

    private readonly byte[] key;
    private readonly StateEnvelope? earlier;

    /// <param name="secret">The secret, of any length; all processes that serve the same clients must share it.</param>
    /// <param name="earlier">Opens what was packed with an earlier secret; null when there was none.</param>
    public StateEnvelope(ReadOnlySpan<byte> secret, StateEnvelope? earlier = null)
    {
        key = HMACSHA256.HashData("dragoman state envelope 1"u8, secret);
        this.earlier = earlier;
    }

    public string Wrap(OpaqueState state)
    {
        var word = Array.Find(Words, each => each.Kind == state.Kind).Word;
        var body = $"{Mark}{word}.{state.ModelTag}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(state.Value))}";
        return $"{body}.{Seal(body)}";
    }

    /// <summary>Whether a string has the form of an envelope; the seal is not checked.</summary>
    public static bool IsEnvelope(string text) => text.StartsWith(Mark, StringComparison.Ordinal);

    /// <summary>The state inside; null when the text is not an envelope or its seal does not match.</summary>
    public OpaqueState? Unwrap(string text)
    {
        var pieces = text.Split('.');
        if (pieces.Length != 5 || !IsEnvelope(text))
            return null;
        var sealAt = text.LastIndexOf('.');
        var found = Encoding.ASCII.GetBytes(text[(sealAt + 1)..]);
        if (!CryptographicOperations.FixedTimeEquals(found, Encoding.ASCII.GetBytes(Seal(text[..sealAt]))))
            return earlier?.Unwrap(text);
        return new OpaqueState(
            Array.Find(Words, each => each.Word == pieces[1]).Kind,
            pieces[2],
            Encoding.UTF8.GetString(Base64Url.DecodeFromChars(pieces[3])));
    }

    private string Seal(string body) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(body)).AsSpan(0, SealBytes));
}
