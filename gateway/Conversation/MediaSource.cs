using System.Text;
using System.Text.Json;

namespace Dragoman.Conversation;

/// <summary>The source of an image, audio or a document: either inline bytes or an address.</summary>
public abstract record MediaSource;

/// <param name="MediaType">For example <c>image/png</c>.</param>
/// <param name="Base64">Base64 in the standard alphabet, with padding and without line breaks.</param>
public sealed record InlineMedia(string MediaType, string Base64) : MediaSource
{
    /// <summary>The text given to <see cref="OfText"/>, because most providers take it without base64; null for other media.</summary>
    private readonly string? words;

    private string? base64 = Base64;

    private InlineMedia(string words)
        : this("text/plain", "")
    {
        this.words = words;
        base64 = null;
    }

    public string Base64
    {
        get => base64 ??= Convert.ToBase64String(Encoding.UTF8.GetBytes(words!));
        init => base64 = value;
    }

    /// <summary>The most characters that are written at once. For a piece of a string the writer reserves three times its length.</summary>
    private const int LongestPiece = 16 * 1024;

    /// <summary>Writes <see cref="Base64"/> as a JSON value.</summary>
    public void WriteBase64(Utf8JsonWriter writer)
    {
        var rest = Base64.AsSpan();
        for (; rest.Length > LongestPiece; rest = rest[LongestPiece..])
            writer.WriteStringValueSegment(rest[..LongestPiece], isFinalSegment: false);
        writer.WriteStringValueSegment(rest, isFinalSegment: true);
    }

    /// <summary>Writes the <c>data:</c> URL that OpenAI and Mistral accept, as a JSON value.</summary>
    public void WriteDataUrl(Utf8JsonWriter writer)
    {
        writer.WriteStringValueSegment($"data:{MediaType};base64,", isFinalSegment: false);
        WriteBase64(writer);
    }

    /// <summary>A plain-text document.</summary>
    public static InlineMedia OfText(string text) => new(text);

    /// <summary>The text of a plain-text document; null when the media are of another type.</summary>
    public string? ReadText() =>
        words is not null ? words
        : MediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetString(Convert.FromBase64String(Base64)) : null;
}

public sealed record LinkedMedia(string Url) : MediaSource;
