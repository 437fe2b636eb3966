using System.Buffers;
using Dragoman.Conversation;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary>Writes a whole answer as OpenAI's <c>response</c> object (specs/dialects.md 1.1).</summary>
internal static class ResponsesAnswer
{
    public static void Write(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output)
    {
        var choice = answer.Choices.Count > 0 ? answer.Choices[0] : new AnswerChoice();
        var incomplete = IncompleteReason(choice.StopReason ?? StopReason.Stop);
        var items = ItemsOf(context, choice);
        if (incomplete is not null && items is [.., { IsCall: false } cut])
            cut.IsCut = true;
        if (items.Find(item => item is { Kind: ItemKind.Message, IsRefusal: false }) is { } text)
            text.Logprobs.Append(choice.LogprobEntries.Bytes);
        var written = new ArrayBufferWriter<byte>(1024);
        foreach (var item in items)
        {
            if (written.WrittenCount > 0)
                written.Write(","u8);
            item.Write(written, isWhole: true);
        }

        new ResponseObject(context).Write(output, incomplete is null ? "completed" : "incomplete", written.WrittenSpan, answer.Usage, incomplete);
    }

    /// <summary>OpenAI's reason for an incomplete answer. Null for a complete one (specs/dialects.md 2.17).</summary>
    public static string? IncompleteReason(StopReason reason) => reason switch
    {
        StopReason.Length or StopReason.ContextWindow => "max_output_tokens",
        StopReason.ContentFilter => "content_filter",
        _ => null,
    };

    private static List<ResponseItem> ItemsOf(AnswerContext context, AnswerChoice choice)
    {
        var items = new List<ResponseItem>();
        var freeTextTools = context.Request.FreeTextTools();
        foreach (var block in choice.Blocks)
        {
            if (ItemOf(context, freeTextTools, block, items.Count) is { } item)
                items.Add(item);
        }

        return items;
    }

    private static ResponseItem? ItemOf(AnswerContext context, HashSet<string> freeTextTools, AnswerBlock block, int index)
    {
        switch (block)
        {
            case TextBlock { Words.Length: > 0 } text:
                return WithWords(new ResponseItem(ItemKind.Message, index, context), text);
            case RefusalBlock refusal:
                return WithWords(new ResponseItem(ItemKind.Message, index, context) { IsRefusal = true }, refusal);
            case ReasoningBlock reasoning:
                var thought = WithWords(new ResponseItem(ItemKind.Reasoning, index, context), reasoning);
                thought.EncryptedContent = reasoning.State is { } state ? context.Envelope.Wrap(state) : null;
                return thought;
            case AnswerToolCall call:
                var kind = freeTextTools.Contains(call.Name) ? ItemKind.FreeTextCall : ItemKind.Call;
                var made = new ResponseItem(kind, index, context) { CallId = call.Id, Name = call.Name };
                made.AppendArguments(call.Arguments.Bytes);
                made.IsCut = !made.HasWholeArguments;
                return made;
            case MediaBlock media when media.MediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase):
                var picture = new ResponseItem(ItemKind.Picture, index, context);
                picture.Words.Append(media.Base64.Bytes);
                return picture;
            default:
                return null;
        }
    }

    private static ResponseItem WithWords(ResponseItem item, WordsBlock block)
    {
        item.Words.Append(block.Words.Bytes);
        return item;
    }
}
