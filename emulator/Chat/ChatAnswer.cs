using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Schemas;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Chat;

/// <summary>
/// Decides what the emulator answers. The text begins with the content of the request (the user's words, images, tool
/// results), so that a client's test can check what arrived, and continues with generated sentences.
/// </summary>
internal static class ChatAnswer
{
    private const int ShortestText = 12;
    private const int LongestText = 48;
    private const int ShortestThinking = 8;
    private const int LongestThinking = 24;
    private const int QuotedFromUser = 40;
    private const int QuotedFromTool = 200;
    private const string RefusalText = "I'm sorry, but I can't help with that.";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = ServerSentEvents.WriterOptions.Encoder };

    /// <summary>The content of the choice with this index. The first is the same as for a request with a single choice.</summary>
    public static ChoiceContent Content(ChatQuestion request, int choice)
    {
        var seed = DeterministicRandom.Derive(request.Seed, choice);
        var random = new DeterministicRandom(seed);
        var (thinkingSeed, answerSeed, length) = (random.Next(), random.Next(), random.Between(ShortestText, LongestText));
        var thinking = request.Reasons
            ? new Prose(thinkingSeed, random.Between(ShortestThinking, LongestThinking), continues: false)
            : null;
        if (request.Behavior.Refuses)
            return new(thinking, new WrittenText(RefusalText), []) { IsRefusal = true };
        var called = request.Tools.Called(request.Messages[^1].Role, LastUserMessage(request)?.Text ?? "");
        if (called.Count > 0)
            return new(thinking, null, [.. called.Select((tool, number) => ToolCall.To(tool, answerSeed + (ulong)number, request.CallIds))]);
        if (request.Format.IsJson)
            return new(thinking, new WrittenText(Json(request, answerSeed)), []);
        if (request.Behavior.IsEven)
            return new(thinking, new EvenText(request.Behavior.Tokens ?? length), []);
        var introduction = Introduction(request);
        ITokenSource text = request.Behavior.Tokens is { } tokens
            ? new Prose(answerSeed, tokens, continues: false)
            : new Prose(answerSeed, length, continues: introduction.Length > 0);
        return new(thinking, introduction.Length > 0 ? new TextSequence(new WrittenText(introduction), text) : text, []);
    }

    /// <summary>The text before the sentences. An answer of a requested length has none but the prefix to continue.</summary>
    private static string Introduction(ChatQuestion request)
    {
        var text = new StringBuilder();
        var last = request.Messages[^1];
        if (last is { Role: "assistant", IsPrefix: true })
            text.Append(last.Text);
        if (request.Behavior.Tokens is not null)
            return text.ToString();
        var user = LastUserMessage(request);
        if (last.Role == "tool")
            AppendResults(text, request.Messages);
        else if (last.Role == "user" && user?.Text.Length > 0)
            text.Append("You said: \"").Append(Quotation.Of(user.Text, QuotedFromUser)).Append("\".");
        if (user?.Images.Count > 0)
        {
            text.Append(text.Length > 0 ? " " : "").Append("I see ").Append(user.Images.Count)
                .Append(user.Images.Count == 1 ? " image (" : " images (").AppendJoin("; ", user.Images).Append(").");
        }

        if (user?.Attachments.Count > 0)
            text.Append(text.Length > 0 ? " " : "").Append("I got ").AppendJoin("; ", user.Attachments).Append('.');
        return text.ToString();
    }

    private static void AppendResults(StringBuilder text, IReadOnlyList<ChatMessage> messages)
    {
        var first = messages.Count - 1;
        while (first > 0 && messages[first - 1].Role == "tool")
            first--;
        var calls = messages.SelectMany(message => message.ToolCalls).ToList();
        for (var number = first; number < messages.Count; number++)
        {
            var result = messages[number];
            var name = result.Name ?? calls.Last(call => call.Id == result.ToolCallId).Name;
            text.Append(text.Length > 0 ? " " : "").Append(name).Append(" returned: \"").Append(Quotation.Of(result.Text, QuotedFromTool)).Append("\".");
        }
    }

    private static ChatMessage? LastUserMessage(ChatQuestion request) =>
        request.Messages.LastOrDefault(message => message.Role == "user");

    private static string Json(ChatQuestion request, ulong seed)
    {
        if (request.Format.Schema is { } schema)
            return SchemaInstance.Generate(schema, seed, JsonValueKind.Object);
        var random = new DeterministicRandom(seed);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("you_said"u8, Quotation.Of(LastUserMessage(request)?.Text ?? "", QuotedFromUser));
            json.WriteString("answer"u8, random.Pick(Vocabulary.Words));
            json.WriteStartArray("words"u8);
            for (var count = random.Between(1, 4); count > 0; count--)
                json.WriteStringValue(random.Pick(Vocabulary.Words));
            json.WriteEndArray();
            json.WriteNumber("score"u8, random.Between(0, 100));
            json.WriteBoolean("certain"u8, random.Below(2) == 0);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
