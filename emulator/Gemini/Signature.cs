using Dragoman.Emulator.Api;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Gemini;

/// <summary>Thought signatures. They are base64 and valid for every Gemini model.</summary>
internal static class Signature
{
    private const string Provider = "gemini";

    /// <summary>The values that Google accepts in place of a lost signature.</summary>
    private static readonly string[] Sentinels = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

    public static string Of(ulong seed) => Seal.OfNumber(Provider, "", seed);

    /// <exception cref="ApiException">400: the signature is not base64 or not the emulator's.</exception>
    public static void Check(string signature, string place)
    {
        if (Sentinels.Contains(signature))
            return;
        if (!System.Buffers.Text.Base64.IsValid(signature.Replace('-', '+').Replace('_', '/')))
            throw new ApiException(GeminiError.Invalid($"Invalid value at '{place}' (TYPE_BYTES), Base64 decoding failed for \"{signature}\""));
        if (!Seal.HoldsNumber(Provider, "", signature))
            throw new ApiException(GeminiError.Invalid("Corrupted thought signature."));
    }
}
