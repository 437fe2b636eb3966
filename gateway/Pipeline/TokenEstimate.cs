using System.Text;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>Estimates the number of tokens of a text when no provider has counted them.</summary>
internal static class TokenEstimate
{
    /// <summary>The bytes of UTF-8 per token in English prose, with most tokenizers.</summary>
    public const int BytesPerToken = 4;

    /// <summary>The tokens of an image in the largest size that models accept, or of a document, whose number of pages is unknown.</summary>
    private const int TokensPerMedium = 1600;

    /// <summary>The tokens that mark a turn's beginning and end.</summary>
    private const int TokensPerTurn = 4;

    /// <summary>The bytes of UTF-8 per token in code and in most other scripts.</summary>
    private const int FewestBytesPerToken = 3;

    public static int Of(string text) => DivideUp(Encoding.UTF8.GetByteCount(text), BytesPerToken);

    /// <summary>A high estimate of the tokens of a text.</summary>
    public static int AtMost(string text) => DivideUp(Encoding.UTF8.GetByteCount(text), FewestBytesPerToken);

    /// <summary>Estimates the text of a turn. Media are left out, because their cost does not depend on their bytes.</summary>
    public static int Of(Turn turn)
    {
        var sum = 0;
        for (var index = 0; index < turn.Parts.Count; index++)
            sum = checked(sum + OfText(turn.Parts[index]));
        return sum;
    }

    /// <summary>Estimates the complete prompt: turns with their media, tools, and the schema of the answer (P-61).</summary>
    public static int Of(ChatRequest request)
    {
        // A limit of tokens measures every prompt, so it has no delegates and enumerators.
        var sum = Of(request.Format?.Schema ?? "");
        for (var turn = 0; turn < request.Turns.Count; turn++)
        {
            var parts = request.Turns[turn].Parts;
            sum = checked(sum + TokensPerTurn);
            for (var part = 0; part < parts.Count; part++)
                sum = checked(sum + OfText(parts[part]) + OfMedia(parts[part]));
        }

        for (var index = 0; index < request.Tools.Count; index++)
        {
            var tool = request.Tools[index];
            sum = checked(sum + TokensPerTurn + Of(tool.Name) + Of(tool.Description ?? "") + Of(tool.Parameters ?? ""));
        }

        return sum;
    }

    private static int OfText(Part part) => part switch
    {
        TextPart text => Of(text.Text),
        ReasoningPart reasoning => Of(reasoning.Text),
        RefusalPart refusal => Of(refusal.Text),
        ToolCallPart call => Of(call.Name) + Of(call.Arguments),
        ToolResultPart result => Of(result.Text),
        _ => 0,
    };

    /// <summary>The number of characters of the conversation's text.</summary>
    public static int LengthOf(ChatRequest request)
    {
        var length = 0;
        foreach (var turn in request.Turns)
        {
            foreach (var part in turn.Parts)
                length += LengthOf(part);
        }

        return length;
    }

    private static int LengthOf(Part part) => part switch
    {
        TextPart text => text.Text.Length,
        ToolCallPart call => call.Arguments.Length + call.Name.Length,
        ToolResultPart result => result.Content.Sum(inner => inner is TextPart text ? text.Text.Length : 0),
        _ => 0,
    };

    /// <summary>Returns the longest prefix of a text that has at most <paramref name="bytes"/> bytes in UTF-8; never splits a character.</summary>
    public static string Beginning(string text, int bytes)
    {
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
                break;
            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }

    private static int OfMedia(Part part) => part switch
    {
        ToolResultPart result => result.Content.Sum(OfMedia),
        DocumentPart { Source: InlineMedia document } when document.ReadText() is { } text => Of(text),
        ImagePart or DocumentPart or AudioPart => TokensPerMedium,
        _ => 0,
    };

    private static int DivideUp(int bytes, int bytesPerToken) => (bytes + bytesPerToken - 1) / bytesPerToken;
}
