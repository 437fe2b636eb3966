using System.Text;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>
/// The most tokens that a prompt can have, whatever the tokenizer. A token of text stands for at least one of its bytes, and what a
/// provider adds to a turn or a tool is shorter than its JSON. It is not measured, but follows from the length of the request's body.
/// </summary>
internal static class TokenBound
{
    /// <summary>What providers add to a prompt as a whole. Anthropic's instructions for tools have up to 804 tokens (specs/dialects.md 4.2).</summary>
    private const int Frame = 2000;

    /// <summary>An image of the highest resolution. OpenAI's gpt-4o-mini counts up to 48,169 tokens.</summary>
    private const int MostPerImage = 50_000;

    /// <summary>What a model reads at most of what the gateway does not see: pages of a document, or what is kept at the provider.</summary>
    private const int MostUnseen = 1_000_000;

    /// <param name="request">A request as it was read.</param>
    /// <param name="bytes">The bytes of its body.</param>
    public static long Of(ChatRequest request, long bytes)
    {
        var most = bytes + Frame;
        for (var turn = 0; turn < request.Turns.Count; turn++)
        {
            var parts = request.Turns[turn].Parts;
            for (var part = 0; part < parts.Count; part++)
                most += BeyondBytes(parts[part]);
        }

        return Math.Max(0, request.FamilyMembers.Count > 0 ? most + MostUnseen : most);
    }

    /// <param name="request">Texts to embed.</param>
    public static long Of(EmbeddingRequest request)
    {
        long most = Frame;
        for (var index = 0; index < request.Inputs.Count; index++)
            most += Encoding.UTF8.GetByteCount(request.Inputs[index]) + 1;
        return most;
    }

    /// <summary>What a part may count more than the bytes that it has in the body, or less.</summary>
    private static long BeyondBytes(Part part) => part switch
    {
        ImagePart { Source: InlineMedia image } => MostPerImage - image.Base64.Length,
        ImagePart => MostPerImage,
        DocumentPart { Source: InlineMedia document } when document.MediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) => 0,
        DocumentPart or AudioPart { Source: LinkedMedia } => MostUnseen,
        ToolResultPart result => result.Content.Sum(BeyondBytes),
        _ => 0,
    };
}
