using System.Text;
using System.Text.Json;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

/// <summary>
/// Reads a stream like Anthropic's strictest client (specs/dialects.md 1.3, 3.2): every event is at its place, blocks are
/// balanced and counted from 0, a delta fits its block, and the only terminal event is the last one.
/// </summary>
internal sealed class AnthropicEvents
{
    private readonly List<Block> blocks = [];
    private Block? open;
    private bool hasStarted;
    private bool isOver;

    public IReadOnlyList<Block> Blocks => blocks;

    public JsonElement Message { get; private set; }

    /// <summary>The last event before the end, with stop reason and counts.</summary>
    public JsonElement? Delta { get; private set; }

    public JsonElement? Error { get; private set; }

    public string? StopReason => Delta?.GetProperty("delta").Text("stop_reason");

    public JsonElement Usage => Delta!.Value.GetProperty("usage");

    public string Text => Joined("text");

    public string Thinking => Joined("thinking");

    public IReadOnlyList<Block> Calls => [.. blocks.Where(block => block.Type == "tool_use")];

    public static AnthropicEvents Read(string stream)
    {
        var events = new AnthropicEvents();
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        foreach (var piece in stream[..^2].Split("\n\n"))
        {
            var lines = piece.Split('\n');
            Assert.Equal(2, lines.Length);
            Assert.StartsWith("event: ", lines[0], StringComparison.Ordinal);
            Assert.StartsWith("data: ", lines[1], StringComparison.Ordinal);
            var data = Json.Parse(lines[1][6..]);
            Assert.Equal(lines[0][7..], data.Text("type"));
            events.Read(data);
        }

        Assert.True(events.isOver, "neither message_stop nor error");
        return events;
    }

    private void Read(JsonElement data)
    {
        Assert.False(isOver, "an event after the end");
        switch (data.Text("type"))
        {
            case "message_start":
                Assert.False(hasStarted, "a second message_start");
                hasStarted = true;
                Message = data.GetProperty("message");
                Assert.Equal("message", Message.Text("type"));
                Assert.Equal("assistant", Message.Text("role"));
                Assert.StartsWith("msg_", Message.Text("id"), StringComparison.Ordinal);
                Assert.Equal(0, Message.GetProperty("content").GetArrayLength());
                Assert.Equal(JsonValueKind.Null, Message.GetProperty("stop_reason").ValueKind);
                AssertCounts(Message.GetProperty("usage"));
                break;
            case "content_block_start":
                AssertRunning();
                Assert.Null(open);
                Assert.Equal(blocks.Count, data.GetProperty("index").GetInt32());
                open = new Block(data.GetProperty("content_block"));
                blocks.Add(open);
                break;
            case "content_block_delta":
                AssertRunning();
                Assert.NotNull(open);
                Assert.Equal(blocks.Count - 1, data.GetProperty("index").GetInt32());
                open.Add(data.GetProperty("delta"));
                break;
            case "content_block_stop":
                AssertRunning();
                Assert.NotNull(open);
                Assert.Equal(blocks.Count - 1, data.GetProperty("index").GetInt32());
                open.End();
                open = null;
                break;
            case "message_delta":
                AssertRunning();
                Assert.Null(open);
                Assert.NotNull(data.GetProperty("delta").Text("stop_reason"));
                AssertCounts(data.GetProperty("usage"));
                Delta = data;
                break;
            case "message_stop":
                Assert.NotNull(Delta);
                isOver = true;
                break;
            case "error":
                Assert.Null(Delta);
                Error = data.GetProperty("error");
                Assert.NotEmpty(Error.Value.Text("type")!);
                Assert.NotEmpty(Error.Value.Text("message")!);
                isOver = true;
                break;
            case "ping":
                break;
            case var other:
                Assert.Fail($"\"{other}\" is no event of Anthropic's");
                break;
        }
    }

    private void AssertRunning()
    {
        Assert.True(hasStarted, "an event before message_start");
        Assert.Null(Delta);
    }

    private static void AssertCounts(JsonElement usage)
    {
        foreach (var name in (string[])["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"])
            Assert.True(usage.GetProperty(name).GetInt64() >= 0);
    }

    private string Joined(string type) => string.Concat(blocks.Where(block => block.Type == type).Select(block => block.Content));

    /// <summary>A block with the content of its deltas.</summary>
    internal sealed class Block
    {
        private readonly StringBuilder content = new();

        public Block(JsonElement start)
        {
            Start = start;
            switch (Type)
            {
                case "text":
                    Assert.Equal("", start.Text("text"));
                    break;
                case "thinking":
                    Assert.Equal(("", ""), (start.Text("thinking"), start.Text("signature")));
                    break;
                case "redacted_thinking":
                    Assert.NotEmpty(start.Text("data")!);
                    break;
                case "tool_use":
                    Assert.Matches("^[a-zA-Z0-9_-]+$", start.Text("id"));
                    Assert.NotEmpty(start.Text("name")!);
                    Assert.Equal("{}", start.GetProperty("input").GetRawText());
                    break;
                default:
                    Assert.Fail($"\"{Type}\" is no block of an answer");
                    break;
            }
        }

        public JsonElement Start { get; }

        public string Type => Start.Text("type")!;

        public string Content => content.ToString();

        public string Signature { get; private set; } = "";

        public void Add(JsonElement delta)
        {
            Assert.Equal("", Signature);
            switch (Type, delta.Text("type"))
            {
                case ("text", "text_delta"):
                    content.Append(delta.Text("text"));
                    break;
                case ("thinking", "thinking_delta"):
                    content.Append(delta.Text("thinking"));
                    break;
                case ("thinking", "signature_delta"):
                    Signature = delta.Text("signature")!;
                    Assert.NotEmpty(Signature);
                    break;
                case ("tool_use", "input_json_delta"):
                    content.Append(delta.Text("partial_json"));
                    break;
                case var (block, kind):
                    Assert.Fail($"a {kind} in a block of type {block}");
                    break;
            }
        }

        /// <summary>Asserts that the block is not empty.</summary>
        public void End() => Assert.True(Type == "redacted_thinking" || Content.Length > 0 || Signature.Length > 0, $"an empty block of type {Type}");
    }
}
