using System.Text;
using System.Text.Json;

namespace Dragoman.Conversation;

/// <summary>Where media come from: inline bytes or an address, never both.</summary>
public abstract record MediaSource;

/// <param name="MediaType">For example <c>image/png</c>.</param>
/// <param name="Base64">Standard alphabet with padding, no line breaks.</param>
public sealed record InlineMedia(string MediaType, string Base64) : MediaSource
{
    /// <summary>Of <see cref="OfText"/>; most providers take it as it is.</summary>
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

    /// <summary>In characters; for a string in one piece the writer takes room for three times as much.</summary>
    private const int LongestPiece = 16 * 1024;

    /// <summary>Writes <see cref="Base64"/> as a JSON value.</summary>
    public void WriteBase64(Utf8JsonWriter writer)
    {
        var rest = Base64.AsSpan();
        for (; rest.Length > LongestPiece; rest = rest[LongestPiece..])
            writer.WriteStringValueSegment(rest[..LongestPiece], isFinalSegment: false);
        writer.WriteStringValueSegment(rest, isFinalSegment: true);
    }

    /// <summary>Writes the <c>data:</c> URL that OpenAI and Mistral take as a JSON value.</summary>
    public void WriteDataUrl(Utf8JsonWriter writer)
    {
        writer.WriteStringValueSegment($"data:{MediaType};base64,", isFinalSegment: false);
        WriteBase64(writer);
    }

    /// <summary>A plain-text document.</summary>
    public static InlineMedia OfText(string text) => new(text);

    /// <summary>The words of a plain-text document; null when it is something else.</summary>
    public string? ReadText() =>
        words is not null ? words
        : MediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetString(Convert.FromBase64String(Base64)) : null;
}

public sealed record LinkedMedia(string Url) : MediaSource;
