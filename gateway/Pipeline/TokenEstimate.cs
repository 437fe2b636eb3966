using System.Text;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>How many tokens a text may be, where no provider has counted them.</summary>
internal static class TokenEstimate
{
    /// <summary>Of UTF-8, in English prose, with most tokenizers.</summary>
    public const int BytesPerToken = 4;

    /// <summary>A picture as large as models take one, or a page of a document: the number of pages is unknown.</summary>
    private const int TokensPerMedium = 1600;

    /// <summary>What marks a turn's beginning and end.</summary>
    private const int TokensPerTurn = 4;

    /// <summary>In code and most other scripts.</summary>
    private const int FewestBytesPerToken = 3;

    public static int Of(string text) => DivideUp(Encoding.UTF8.GetByteCount(text), BytesPerToken);

    /// <summary>Rather too many than too few.</summary>
    public static int AtMost(string text) => DivideUp(Encoding.UTF8.GetByteCount(text), FewestBytesPerToken);

    /// <summary>The text that a turn carries; media are left out, for their cost has nothing to do with their bytes.</summary>
    public static int Of(Turn turn) => turn.Parts.Sum(part => part switch
    {
        TextPart text => Of(text.Text),
        ReasoningPart reasoning => Of(reasoning.Text),
        RefusalPart refusal => Of(refusal.Text),
        ToolCallPart call => Of(call.Name) + Of(call.Arguments),
        ToolResultPart result => Of(result.Text),
        _ => 0,
    });

    /// <summary>The complete prompt: turns with their media, tools and the form of the answer (P-61).</summary>
    public static int Of(ChatRequest request) =>
        request.Turns.Sum(turn => TokensPerTurn + Of(turn) + turn.Parts.Sum(OfMedia))
        + request.Tools.Sum(tool => TokensPerTurn + Of(tool.Name) + Of(tool.Description ?? "") + Of(tool.Parameters ?? ""))
        + Of(request.Format?.Schema ?? "");

    /// <summary>Characters of what a conversation says, without putting them together.</summary>
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

    /// <summary>The longest beginning of a text that is no longer than <paramref name="bytes"/> of UTF-8; never half a character.</summary>
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
