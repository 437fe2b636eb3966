using Dragoman.Emulator.Errors;

namespace Dragoman.Emulator.Chat;

/// <summary>An image in a message.</summary>
/// <param name="MediaType">Of a data URI; null for a URL, which the emulator does not fetch.</param>
/// <param name="Length">Bytes of a data URI's content.</param>
internal sealed record ImagePart(string? MediaType, int Length)
{
    /// <exception cref="MistralException">400: neither a data URI with base64 nor an http URL.</exception>
    public static ImagePart Read(string url)
    {
        if (url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return new(null, 0);
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            throw Unreadable("is neither an http(s) URL nor a data URI");
        var comma = url.IndexOf(',');
        var description = comma < 0 ? "" : url[5..comma];
        if (!description.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw Unreadable("is a data URI without ;base64,");
        var content = url.AsSpan(comma + 1);
        if (content.IsEmpty || !System.Buffers.Text.Base64.IsValid(content, out var length))
            throw Unreadable("is a data URI whose base64 is not valid");
        var mediaType = description[..^7].Split(';')[0].Trim();
        if (!mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
            throw Unreadable($"has the media type '{mediaType}', which is no image");
        return new(mediaType, length);
    }

    public override string ToString() => MediaType is null ? "by URL" : $"{MediaType}, {Length} bytes";

    private static MistralException Unreadable(string reason) =>
        new(new MistralError(400, $"Image could not be loaded: it {reason}.") { Type = "invalid_request_file", Code = "3310" });
}
