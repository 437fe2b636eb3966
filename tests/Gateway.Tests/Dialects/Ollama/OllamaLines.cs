using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Matrix;

namespace Dragoman.Gateway.Tests.Dialects.Ollama;

/// <summary>
/// A strict reader of Ollama's answers, streamed or whole (specs/ollama.md 2.1, specs/dialects.md 3.4): one line per delta,
/// all calls in one line after all text, and a last line with <c>done:true</c> and counts, or with only an error.
/// </summary>
internal sealed class OllamaLines(bool isChat)
{
    private static readonly string[] Durations = ["total_duration", "load_duration", "prompt_eval_duration", "eval_duration"];

    private readonly List<string> calls = [];
    private string text = "";
    private string thinking = "";
    private JsonElement? end;
    private string? error;

    public static Said ReadStream(string stream, bool isChat)
    {
        var lines = new OllamaLines(isChat);
        Assert.EndsWith("\n", stream, StringComparison.Ordinal);
        foreach (var line in stream[..^1].Split('\n'))
        {
            Assert.True(lines.end is null && lines.error is null, "a line after the last one");
            lines.Accept(Json.Parse(line), isWhole: false);
        }

        return lines.Result();
    }

    public static Said ReadBody(JsonElement body, bool isChat)
    {
        var lines = new OllamaLines(isChat);
        lines.Accept(body, isWhole: true);
        return lines.Result();
    }

    private void Accept(JsonElement line, bool isWhole)
    {
        if (line.Has("error"))
        {
            Assert.Equal(["error"], line.Names());
            error = line.Text("error");
            Assert.NotEmpty(error!);
            return;
        }

        Assert.NotEmpty(line.Text("model")!);
        Assert.True(DateTimeOffset.TryParse(line.Text("created_at"), out _));
        var message = isChat ? line.GetProperty("message") : line;
        if (isChat)
            Assert.Equal("assistant", message.Text("role"));
        var words = message.Text(isChat ? "content" : "response")!;
        text += words;
        var hasThinking = message.TryGetProperty("thinking", out var thought);
        if (hasThinking)
            thinking += thought.GetString();
        if (!isWhole)
            Assert.True(calls.Count == 0 || line.GetProperty("done").GetBoolean(), "a delta behind the calls");
        if (message.TryGetProperty("tool_calls", out var made))
            AcceptCalls(made);
        if (line.GetProperty("done").GetBoolean())
            AcceptEnd(line, isWhole || (words.Length == 0 && !hasThinking && !message.Has("tool_calls")));
    }

    private void AcceptCalls(JsonElement made)
    {
        Assert.Empty(calls);
        foreach (var call in made.EnumerateArray())
        {
            var function = call.GetProperty("function");
            Assert.Equal(calls.Count, function.GetProperty("index").GetInt32());
            Assert.Equal(JsonValueKind.Object, function.GetProperty("arguments").ValueKind);
            Assert.NotEmpty(call.Text("id")!);
            Assert.NotEmpty(function.Text("name")!);
            calls.Add(SaidChoice.LineOf(call.Text("id")!, function.Text("name")!, function.GetProperty("arguments").GetRawText()));
        }

        Assert.NotEmpty(calls);
    }

    private void AcceptEnd(JsonElement line, bool isBare)
    {
        Assert.True(isBare, "the last line holds words");
        Assert.Contains(line.Text("done_reason"), (string[])["stop", "length"]);
        foreach (var name in (string[])[.. Durations, "prompt_eval_count", "eval_count"])
            Assert.True(line.GetProperty(name).GetInt64() > 0, name);
        end = line;
    }

    private Said Result()
    {
        if (error is not null)
            return Said.Failed(error);
        Assert.True(end is not null, "neither done nor an error");
        var stop = end.Value.Text("done_reason") == "length" ? StopReason.Length
            : calls.Count > 0 ? StopReason.ToolCalls
            : StopReason.Stop;
        return new Said(
            [new SaidChoice(text, thinking, "", text, string.Join('\n', calls), stop)],
            new Usage(end.Value.GetProperty("prompt_eval_count").GetInt64(), end.Value.GetProperty("eval_count").GetInt64()),
            null);
    }
}
