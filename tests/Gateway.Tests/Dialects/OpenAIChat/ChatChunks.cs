using System.Text.Json;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIChat;

/// <summary>
/// A strict reader of a chat completion stream (specs/dialects.md 1.1, 3.5): the same head in all chunks, a role before
/// everything else of a choice, calls numbered from 0 that begin with id and name, one finish per choice, the counts in a
/// chunk without choices, and <c>[DONE]</c> or an error at the end.
/// </summary>
internal sealed class ChatChunks
{
    private static readonly string[] DeltaMembers = ["content", "reasoning_content", "refusal", "tool_calls", "images", "audio"];
    private static readonly string[] FinishReasons = ["stop", "length", "tool_calls", "content_filter"];

    private readonly bool includesUsage;
    private readonly Dictionary<int, Choice> choices = [];
    private string? head;

    private ChatChunks(bool includesUsage) => this.includesUsage = includesUsage;

    public JsonElement? Usage { get; private set; }

    public JsonElement? Error { get; private set; }

    public bool IsDone { get; private set; }

    public IReadOnlyDictionary<int, Choice> Choices => choices;

    public static ChatChunks Read(string stream, bool includesUsage)
    {
        var chunks = new ChatChunks(includesUsage);
        foreach (var data in DataLines(stream))
        {
            Assert.False(chunks.IsDone || chunks.Error is not null, "an event after the last one");
            chunks.Accept(data);
        }

        Assert.True(chunks.IsDone || chunks.Error is not null, "neither [DONE] nor an error");
        return chunks;
    }

    /// <summary>The data of a stream whose events have one line each and no name.</summary>
    public static IEnumerable<string> DataLines(string stream)
    {
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        foreach (var piece in stream[..^2].Split("\n\n"))
        {
            Assert.StartsWith("data: ", piece, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', piece);
            Assert.DoesNotContain('\r', piece);
            yield return piece["data: ".Length..];
        }
    }

    /// <summary>Asserts OpenAI's error envelope with all its members.</summary>
    public static JsonElement AssertError(JsonElement data)
    {
        Assert.Equal(["error"], data.Names());
        var error = data.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.Names());
        Assert.NotEmpty(error.Text("message")!);
        Assert.NotEmpty(error.Text("type")!);
        return error;
    }

    private void Accept(string data)
    {
        if (data == "[DONE]")
        {
            Assert.NotEmpty(choices);
            Assert.All(choices.Values, choice => Assert.NotNull(choice.FinishReason));
            IsDone = true;
            return;
        }

        var chunk = Json.Parse(data);
        if (chunk.Has("error"))
        {
            Error = AssertError(chunk);
            Assert.All(choices.Values, choice => Assert.Null(choice.FinishReason));
            return;
        }

        AssertHead(chunk);
        var list = chunk.GetProperty("choices");
        if (list.GetArrayLength() == 0)
        {
            Assert.True(includesUsage && Usage is null, "counts that nobody asked for, or told twice");
            Assert.All(choices.Values, choice => Assert.NotNull(choice.FinishReason));
            Usage = chunk.GetProperty("usage");
            var usage = Usage.Value;
            Assert.Equal(usage.GetProperty("total_tokens").GetInt64(), usage.GetProperty("prompt_tokens").GetInt64() + usage.GetProperty("completion_tokens").GetInt64());
            return;
        }

        Assert.Null(Usage);
        Assert.Equal(includesUsage, chunk.Has("usage"));
        if (includesUsage)
            Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind);
        foreach (var choice in list.EnumerateArray())
        {
            var index = choice.GetProperty("index").GetInt32();
            if (!choices.TryGetValue(index, out var known))
                choices[index] = known = new Choice();
            known.Accept(choice);
        }
    }

    private void AssertHead(JsonElement chunk)
    {
        Assert.Equal("chat.completion.chunk", chunk.Text("object"));
        Assert.StartsWith("chatcmpl-", chunk.Text("id"), StringComparison.Ordinal);
        var found = $"{chunk.Text("id")} {chunk.GetProperty("created").GetInt64()} {chunk.Text("model")}";
        head ??= found;
        Assert.Equal(head, found);
    }

    /// <summary>One choice with the content of its deltas.</summary>
    internal sealed class Choice
    {
        private bool hasRole;

        public string Text { get; private set; } = "";

        public string Reasoning { get; private set; } = "";

        public string Refusal { get; private set; } = "";

        public int Media { get; private set; }

        public List<(string Id, string Name, string Arguments)> Calls { get; } = [];

        public string? FinishReason { get; private set; }

        public void Accept(JsonElement choice)
        {
            Assert.Null(FinishReason);
            var delta = choice.GetProperty("delta");
            FinishReason = choice.Text("finish_reason");
            if (FinishReason is not null)
            {
                Assert.Contains(FinishReason, FinishReasons);
                Assert.True(hasRole, "a finish before the role");
                Assert.Empty(delta.Names());
                return;
            }

            if (!hasRole)
            {
                hasRole = true;
                Assert.Equal("assistant", delta.Text("role"));
                Assert.Equal("", delta.Text("content"));
                return;
            }

            var name = Assert.Single(delta.Names());
            Assert.Contains(name, DeltaMembers);
            switch (name)
            {
                case "content":
                    Text += delta.Text(name);
                    break;
                case "reasoning_content":
                    Reasoning += delta.Text(name);
                    break;
                case "refusal":
                    Refusal += delta.Text(name);
                    break;
                case "tool_calls":
                    Accept(Assert.Single(delta.GetProperty(name).EnumerateArray()), choice);
                    break;
                default:
                    Media++;
                    break;
            }
        }

        private void Accept(JsonElement call, JsonElement choice)
        {
            var index = call.GetProperty("index").GetInt32();
            if (call.Has("id"))
            {
                Assert.Equal(Calls.Count, index);
                Assert.NotEmpty(call.Text("id")!);
                Assert.Contains(call.Text("type"), (string[])["function", "custom"]);
                var made = call.GetProperty(call.Text("type")!);
                Assert.NotEmpty(made.Text("name")!);
                Assert.DoesNotContain(Calls, known => known.Id == call.Text("id"));
                Calls.Add((call.Text("id")!, made.Text("name")!, made.Text(call.Text("type") == "custom" ? "input" : "arguments")!));
                return;
            }

            Assert.True(index >= 0 && index < Calls.Count, $"{choice} goes on with a call that has not begun");
            if (call.TryGetProperty("extra_content", out var extra))
            {
                Assert.NotEmpty(extra.GetProperty("google").Text("thought_signature")!);
                return;
            }

            Assert.Equal(["index", "function"], call.Names());
            var (id, name, arguments) = Calls[index];
            Calls[index] = (id, name, arguments + call.GetProperty("function").Text("arguments"));
        }
    }
}
