namespace Dragoman.Wire;

/// <summary>
/// Keeps the two halves of a surrogate pair together when a provider cuts an emoji between two deltas
/// (specs/dialects.md 3.10): the first half waits for the next delta. A half without its other half becomes U+FFFD.
/// </summary>
public sealed class SurrogateCarry
{
    private byte[]? held;

    /// <summary>The part of <paramref name="escaped"/>, after what was held back before, that can be sent now.</summary>
    public ReadOnlySpan<byte> Pass(ReadOnlySpan<byte> escaped)
    {
        if (held is null && escaped.IndexOf((byte)'\\') < 0)
            return escaped;
        if (held is not null && escaped.IsEmpty)
            return default;

        ReadOnlySpan<byte> whole = escaped;
        if (held is not null)
        {
            byte[] joined = [.. held, .. escaped];
            whole = joined;
        }

        held = null;
        if (!JsonText.EndsInHighSurrogate(whole))
            return JsonText.ReplaceLoneSurrogates(whole);
        held = whole[^6..].ToArray();
        return JsonText.ReplaceLoneSurrogates(whole[..^6]);
    }

    /// <summary>Ends the text: returns U+FFFD for a half that is still held back, else nothing.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        if (held is null)
            return default;
        held = null;
        return "\\ufffd"u8;
    }
}
