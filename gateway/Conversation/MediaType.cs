using System.Buffers;

namespace Dragoman.Conversation;

/// <summary>Tells what a base64 text holds from its first bytes, because Ollama's images carry no type (specs/ollama.md 2.0).</summary>
public static class MediaType
{
    /// <summary>What the check of base64 passes over.</summary>
    private static readonly SearchValues<char> WhiteSpace = SearchValues.Create(" \t\r\n");

    /// <summary>The media type by magic bytes; null when none is recognised.</summary>
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
    /// Reads inline media: plain base64 or a <c>data:</c> URL. The bytes tell the type; a declared one counts only
    /// when they do not.
    /// </summary>
    /// <exception cref="GatewayException">Not base64.</exception>
    public static InlineMedia ReadInline(string text, string field)
    {
        string? declared = null;
        if (text.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            var comma = text.IndexOf(',');
            if (comma < 0 || !text.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
                throw GatewayException.Invalid(field, $"{field} must be base64 or a data URL with ;base64");
            declared = text[5..(comma - 7)].Split(';')[0];
            text = text[(comma + 1)..];
        }

        text = ReadBase64(text, field);
        return new InlineMedia(Sniff(text) ?? (string.IsNullOrEmpty(declared) ? null : declared) ?? "image/jpeg", text);
    }

    /// <summary>Base64 without the white space that some writers put into it.</summary>
    /// <exception cref="GatewayException">Not base64, or nothing.</exception>
    public static string ReadBase64(string text, string field)
    {
        if (text.AsSpan().ContainsAny(WhiteSpace))
            text = string.Concat(text.Where(letter => !WhiteSpace.Contains(letter)));
        return text.Length > 0 && System.Buffers.Text.Base64.IsValid(text) ? text : throw GatewayException.Invalid(field, $"{field} is not valid base64");
    }

    /// <summary>Reads a picture or a sound in one of Ollama's <c>images</c>, where only the bytes tell which (specs/ollama.md 2.0).</summary>
    /// <exception cref="GatewayException">Not base64, or the bytes are of neither.</exception>
    public static InlineMedia ReadPictureOrSound(string text, string field)
    {
        var media = ReadInline(text, field);
        return Sniff(media.Base64) is { } known && (known.StartsWith("image/", StringComparison.Ordinal) || known.StartsWith("audio/", StringComparison.Ordinal))
            ? media
            : throw GatewayException.Invalid(field, $"{field} is no picture or sound of a known format, such as PNG, JPEG, GIF, WebP, WAV or MP3");
    }

    private static string? Sniff(string base64)
    {
        Span<byte> head = stackalloc byte[24];
        Convert.TryFromBase64Chars(base64.AsSpan(0, Math.Min(base64.Length, 32) / 4 * 4), head, out var length);
        return Sniff(head[..length]);
    }
}
