namespace Dragoman.Emulator.Chat;

/// <summary>An image in a message.</summary>
/// <param name="MediaType">The media type of a data URI. Null for a URL, which the emulator does not download.</param>
/// <param name="Length">The length of a data URI's content in bytes.</param>
internal sealed record ImagePart(string? MediaType, int Length)
{
    public static ImagePart ByUrl { get; } = new(null, 0);

    /// <summary>Reads a data URI with base64, or an http(s) URL. Returns what is wrong with it, or null.</summary>
    public static string? Read(string url, out ImagePart image)
    {
        image = ByUrl;
        if (url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return null;
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return "is neither an http(s) URL nor a data URI";
        var comma = url.IndexOf(',');
        var description = comma < 0 ? "" : url[5..comma];
        if (!description.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            return "is a data URI without ;base64,";
        var mediaType = description[..^7].Split(';')[0].Trim();
        if (Base64Length(url.AsSpan(comma + 1)) is not { } length)
            return "is a data URI whose base64 is not valid";
        if (!mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
            return $"has the media type '{mediaType}', which is no image";
        image = new(mediaType, length);
        return null;
    }

    /// <summary>The number of decoded bytes. Null when the base64 is invalid or empty.</summary>
    public static int? Base64Length(ReadOnlySpan<char> base64) =>
        !base64.IsEmpty && System.Buffers.Text.Base64.IsValid(base64, out var length) ? length : null;

    public override string ToString() => MediaType is null ? "by URL" : $"{MediaType}, {Length} bytes";
}
