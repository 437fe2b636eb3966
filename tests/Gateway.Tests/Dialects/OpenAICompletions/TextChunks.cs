using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Dialects.OpenAIChat;
using Dragoman.Gateway.Tests.Matrix;

namespace Dragoman.Gateway.Tests.Dialects.OpenAICompletions;

/// <summary>A strict reader of text completions, streamed or whole (specs/dialects.md 2.18).</summary>
internal sealed class TextChunks
{
    private static readonly string[] FinishReasons = ["stop", "length", "content_filter"];

    private readonly SortedDictionary<int, (string Text, string? FinishReason)> choices = [];
    private string? head;
    private JsonElement? usage;
    private JsonElement? error;
    private bool isDone;

    public static Said ReadStream(string stream)
    {
        var chunks = new TextChunks();
        foreach (var data in ChatChunks.DataLines(stream))
        {
            Assert.False(chunks.isDone || chunks.error is not null, "an event after the last one");
            chunks.Accept(data);
        }

        Assert.True(chunks.isDone || chunks.error is not null, "neither [DONE] nor an error");
        return chunks.Result();
    }

    public static Said ReadBody(JsonElement body)
    {
        var chunks = new TextChunks();
        chunks.AcceptChoices(body);
        if (body.TryGetProperty("usage", out var counts))
            chunks.usage = counts;
        return chunks.Result();
    }

    private void Accept(string data)
    {
        if (data == "[DONE]")
        {
            Assert.NotEmpty(choices);
            Assert.All(choices.Values, choice => Assert.NotNull(choice.FinishReason));
            isDone = true;
            return;
        }

        var chunk = Json.Parse(data);
        if (chunk.Has("error"))
        {
            error = ChatChunks.AssertError(chunk);
            Assert.All(choices.Values, choice => Assert.Null(choice.FinishReason));
            return;
        }

        Assert.Null(usage);
        AcceptChoices(chunk);
        if (chunk.GetProperty("choices").GetArrayLength() == 0)
            usage = chunk.GetProperty("usage");
    }

    private void AcceptChoices(JsonElement chunk)
    {
        Assert.Equal("text_completion", chunk.Text("object"));
        Assert.StartsWith("cmpl-", chunk.Text("id"), StringComparison.Ordinal);
        var found = $"{chunk.Text("id")} {chunk.GetProperty("created").GetInt64()} {chunk.Text("model")}";
        head ??= found;
        Assert.Equal(head, found);
        foreach (var choice in chunk.GetProperty("choices").EnumerateArray())
        {
            Assert.Equal(["text", "index", "logprobs", "finish_reason"], choice.Names());
            var index = choice.GetProperty("index").GetInt32();
            var known = choices.GetValueOrDefault(index, ("", null));
            Assert.Null(known.FinishReason);
            var finish = choice.Text("finish_reason");
            if (finish is not null)
                Assert.Contains(finish, FinishReasons);
            choices[index] = (known.Text + choice.Text("text"), finish);
        }
    }

    private Said Result()
    {
        if (error is { } failure)
            return Said.Failed(failure.Text("message")!);
        Assert.Equal(Enumerable.Range(0, choices.Count), choices.Keys);
        return new Said(
            [.. choices.Values.Select(choice => new SaidChoice(choice.Text, "", "", choice.Text, "", StopOf(choice.FinishReason!)))],
            usage is { } counts ? Counted(counts) : Usage.Absent,
            null);
    }

    private static StopReason StopOf(string reason) => reason switch
    {
        "length" => StopReason.Length,
        "content_filter" => StopReason.ContentFilter,
        _ => StopReason.Stop,
    };

    private static Usage Counted(JsonElement usage) => new(
        usage.GetProperty("prompt_tokens").GetInt64(),
        usage.GetProperty("completion_tokens").GetInt64(),
        usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt64(),
        0,
        usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt64());
}
