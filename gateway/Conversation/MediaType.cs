using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>Finds the media type of base64 data from its first bytes, because Ollama's images have no type (specs/ollama.md 2.0).</summary>
public static class MediaType
{
    private const string DataScheme = "data:";
    private const string Base64Mark = ";base64";

    /// <summary>The white space that the base64 check ignores.</summary>
    private static readonly SearchValues<char> WhiteSpace = SearchValues.Create(" \t\r\n");

    /// <summary>The media type by magic bytes; null when the bytes are not recognized.</summary>
    public static string? Sniff(ReadOnlySpan<byte> head)
    {
        if (head.Length > 4 && head[0] == 0x89 && head[1..].StartsWith("PNG"u8))
            return "image/png";
        if (head.Length > 2 && head[0] == 0xFF && head[1] == 0xD8 && head[2] == 0xFF)
            return "image/jpeg";
        if (head.StartsWith("GIF8"u8))
            return "image/gif";
        if (head.StartsWith("%PDF-"u8))
            return "application/pdf";
        if (head.StartsWith("BM"u8))
            return "image/bmp";
        if (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8))
            return "image/tiff";
        if (head.Length >= 12 && head[4..].StartsWith("ftyp"u8))
        {
            if (head[8..].StartsWith("avif"u8))
                return "image/avif";
            if (head[8..].StartsWith("heic"u8) || head[8..].StartsWith("heix"u8) || head[8..].StartsWith("mif1"u8))
                return "image/heic";
        }

        if (head.Length >= 12 && head.StartsWith("RIFF"u8))
        {
            if (head[8..].StartsWith("WEBP"u8))
                return "image/webp";
            if (head[8..].StartsWith("WAVE"u8))
                return "audio/wav";
        }

        if (head.StartsWith("ID3"u8) || (head.Length > 1 && head[0] == 0xFF && (head[1] & 0xE6) == 0xE2))
            return "audio/mp3";
        if (head.StartsWith("fLaC"u8))
            return "audio/flac";
        if (head.StartsWith("OggS"u8))
            return "audio/ogg";
        return null;
    }

    /// <summary>
    /// Reads inline media: plain base64 or a <c>data:</c> URL. The bytes decide the type; a declared type counts only
    /// when they are not recognized.
    /// </summary>
    /// <exception cref="GatewayException">Not base64.</exception>
    public static InlineMedia ReadInline(string text, string field)
    {
        if (!text.StartsWith(DataScheme, StringComparison.OrdinalIgnoreCase))
            return ReadBase64(null, text, field);
        var comma = text.IndexOf(',');
        return comma < 0
            ? throw NoBase64(field)
            : ReadBase64(ReadHead(text[..comma], field), text[(comma + 1)..], field);
    }

    /// <summary>Like <see cref="ReadInline(string, string)"/>, for a JSON string. It does not copy a long <c>data:</c> URL.</summary>
    /// <exception cref="GatewayException">Not base64.</exception>
    public static InlineMedia ReadInline(JsonElement text, string field)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        var comma = IsDataUrl(text) ? raw.IndexOf((byte)',') : -1;
        return comma < 0
            ? ReadInline(JsonText.ReadString(text), field)
            : ReadBase64(ReadHead(JsonText.ReadString(raw[..comma]), field), JsonText.ReadString(raw[(comma + 1)..]), field);
    }

    /// <summary>Whether a JSON string is a <c>data:</c> URL.</summary>
    public static bool IsDataUrl(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        if (raw.Length >= DataScheme.Length && Ascii.EqualsIgnoreCase(raw[..DataScheme.Length], DataScheme))
            return true;
        // The scheme may be written with escapes.
        return raw.Contains((byte)'\\') && JsonText.ReadString(text).StartsWith(DataScheme, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads base64 with a declared type, which counts only when the bytes are not recognized.</summary>
    /// <exception cref="GatewayException">Not base64.</exception>
    public static InlineMedia ReadBase64(string? declared, string text, string field)
    {
        text = ReadBase64(text, field);
        return new InlineMedia(Sniff(text) ?? (string.IsNullOrEmpty(declared) ? null : declared) ?? "image/jpeg", text);
    }

    /// <summary>The base64 text without the white space that some clients put into it.</summary>
    /// <exception cref="GatewayException">The text is not base64, or is empty.</exception>
    public static string ReadBase64(string text, string field)
    {
        if (text.AsSpan().ContainsAny(WhiteSpace))
            text = string.Concat(text.Where(letter => !WhiteSpace.Contains(letter)));
        return text.Length > 0 && System.Buffers.Text.Base64.IsValid(text) ? text : throw GatewayException.Invalid(field, RequestText.NotBase64(field));
    }

    /// <summary>The type that the part of a <c>data:</c> URL before its comma declares.</summary>
    private static string ReadHead(string head, string field) => head.EndsWith(Base64Mark, StringComparison.OrdinalIgnoreCase)
        ? head[DataScheme.Length..^Base64Mark.Length].Split(';')[0]
        : throw NoBase64(field);

    private static GatewayException NoBase64(string field) =>
        GatewayException.Invalid(field, RequestText.Base64OrDataUrl(field));

    /// <summary>Reads an image or audio from Ollama's <c>images</c>, where only the bytes tell the two apart (specs/ollama.md 2.0).</summary>
    /// <exception cref="GatewayException">The text is not base64, or the bytes are neither an image nor audio.</exception>
    public static InlineMedia ReadPictureOrSound(string text, string field)
    {
        var media = ReadInline(text, field);
        return Sniff(media.Base64) is { } known && (known.StartsWith("image/", StringComparison.Ordinal) || known.StartsWith("audio/", StringComparison.Ordinal))
            ? media
            : throw GatewayException.Invalid(field, RequestText.UnknownMedium(field));
    }

    private static string? Sniff(string base64)
    {
        Span<byte> head = stackalloc byte[24];
        Convert.TryFromBase64Chars(base64.AsSpan(0, Math.Min(base64.Length, 32) / 4 * 4), head, out var length);
        return Sniff(head[..length]);
    }
}
