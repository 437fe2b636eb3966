using System.Text.Json;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIResponses.Inbound;

/// <summary>A strict reader of a Responses stream, which checks every rule of specs/dialects.md 3.6 and collects the answer.</summary>
internal sealed class ResponsesGrammar
{
    private readonly List<JsonElement> done = [];
    private JsonElement? item;
    private string words = "";
    private bool partIsOpen;
    private bool wordsAreDone;

    public string Text { get; private set; } = "";

    public string Refusal { get; private set; } = "";

    public string Reasoning { get; private set; } = "";

    public List<(string CallId, string Name, string Arguments)> Calls { get; } = [];

    public List<(string Type, JsonElement Data)> Events { get; } = [];

    public JsonElement Last => Events[^1].Data;

    public static ResponsesGrammar Read(string stream)
    {
        var grammar = new ResponsesGrammar();
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        foreach (var text in stream[..^2].Split("\n\n"))
        {
            var lines = text.Split('\n');
            Assert.Equal(2, lines.Length);
            Assert.StartsWith("event: ", lines[0], StringComparison.Ordinal);
            Assert.StartsWith("data: ", lines[1], StringComparison.Ordinal);
            grammar.Accept(lines[0]["event: ".Length..], Json.Parse(lines[1]["data: ".Length..]));
        }

        Assert.True(grammar.IsOver, "no terminal event");
        return grammar;
    }

    private bool IsOver => Events.Count > 0 && Events[^1].Type is "response.completed" or "response.incomplete" or "response.failed";

    private void Accept(string name, JsonElement data)
    {
        Assert.False(IsOver, $"{name} after the terminal event");
        Assert.Equal(name, data.Text("type"));
        Assert.Equal(Events.Count, data.GetProperty("sequence_number").GetInt32());
        if (Events.Count < 2)
            Assert.Equal(Events.Count == 0 ? "response.created" : "response.in_progress", name);
        if (Events.Count > 0 && Events[^1].Type == "error")
            Assert.Equal("response.failed", name);
        Events.Add((name, data));
        switch (name)
        {
            case "response.created" or "response.in_progress":
                Assert.True(Events.Count <= 2);
                var begun = data.GetProperty("response");
                Assert.Equal("in_progress", begun.Text("status"));
                Assert.Equal(0, begun.GetProperty("output").GetArrayLength());
                Assert.Equal(JsonValueKind.Null, begun.GetProperty("usage").ValueKind);
                break;
            case "response.output_item.added":
                Assert.Null(item);
                Assert.Equal(done.Count, data.GetProperty("output_index").GetInt32());
                (item, words, partIsOpen, wordsAreDone) = (data.GetProperty("item"), "", false, false);
                if (item.Value.Text("type") is "message" or "function_call" or "custom_tool_call")
                    Assert.Equal("in_progress", item.Value.Text("status"));
                break;
            case "response.content_part.added" or "response.reasoning_summary_part.added":
                AssertPlace(data);
                Assert.False(partIsOpen);
                partIsOpen = true;
                break;
            case "response.output_text.delta" or "response.refusal.delta" or "response.reasoning_summary_text.delta":
                AssertPlace(data);
                Assert.True(partIsOpen && !wordsAreDone);
                Assert.Equal(name == "response.output_text.delta", data.Has("logprobs"));
                words += data.Text("delta");
                break;
            case "response.function_call_arguments.delta" or "response.custom_tool_call_input.delta":
                AssertPlace(data);
                Assert.False(wordsAreDone);
                words += data.Text("delta");
                break;
            case "response.output_text.done" or "response.reasoning_summary_text.done":
                AssertWordsDone(data, "text");
                break;
            case "response.refusal.done":
                AssertWordsDone(data, "refusal");
                break;
            case "response.function_call_arguments.done":
                AssertWordsDone(data, "arguments");
                break;
            case "response.custom_tool_call_input.done":
                AssertWordsDone(data, "input");
                break;
            case "response.content_part.done" or "response.reasoning_summary_part.done":
                AssertPlace(data);
                Assert.True(partIsOpen && wordsAreDone);
                var part = data.GetProperty("part");
                Assert.Equal(words, part.Text(part.Text("type") == "refusal" ? "refusal" : "text"));
                partIsOpen = false;
                break;
            case "response.output_item.done":
                AssertItemDone(data);
                break;
            case "response.completed" or "response.incomplete":
                AssertEnd(name, data.GetProperty("response"));
                break;
            case "error":
                Assert.NotEmpty(data.Text("message")!);
                Assert.NotEmpty(data.Text("code")!);
                break;
            case "response.failed":
                Assert.Equal("error", Events[^2].Type);
                Assert.Equal("failed", data.GetProperty("response").Text("status"));
                Assert.Equal(Events[^2].Data.Text("message"), data.GetProperty("response").GetProperty("error").Text("message"));
                break;
            default:
                Assert.Fail($"{name} is not an event of the stream");
                break;
        }
    }

    private void AssertPlace(JsonElement data)
    {
        Assert.NotNull(item);
        Assert.Equal(item.Value.Text("id"), data.Text("item_id"));
        Assert.Equal(done.Count, data.GetProperty("output_index").GetInt32());
    }

    private void AssertWordsDone(JsonElement data, string member)
    {
        AssertPlace(data);
        Assert.False(wordsAreDone);
        Assert.Equal(words, data.Text(member));
        wordsAreDone = true;
    }

    private void AssertItemDone(JsonElement data)
    {
        Assert.NotNull(item);
        Assert.False(partIsOpen);
        Assert.Equal(done.Count, data.GetProperty("output_index").GetInt32());
        var whole = data.GetProperty("item");
        Assert.Equal(item.Value.Text("id"), whole.Text("id"));
        Assert.Equal(item.Value.Text("type"), whole.Text("type"));
        switch (whole.Text("type"))
        {
            case "message":
                var part = Assert.Single(whole.GetProperty("content").EnumerateArray());
                if (part.Text("type") == "refusal")
                    Refusal += part.Text("refusal");
                else
                    Text += part.Text("text");
                break;
            case "reasoning":
                Reasoning += string.Concat(whole.GetProperty("summary").EnumerateArray().Select(each => each.Text("text")));
                break;
            case "function_call":
                Assert.Equal(words, whole.Text("arguments"));
                Calls.Add((whole.Text("call_id")!, whole.Text("name")!, whole.Text("arguments")!));
                break;
            case "custom_tool_call":
                Calls.Add((whole.Text("call_id")!, whole.Text("name")!, whole.Text("input")!));
                break;
        }

        done.Add(whole);
        item = null;
    }

    private void AssertEnd(string name, JsonElement response)
    {
        Assert.Null(item);
        Assert.Equal(name["response.".Length..], response.Text("status"));
        Assert.Equal(name == "response.incomplete", response.GetProperty("incomplete_details").ValueKind == JsonValueKind.Object);
        // The items must be equal byte for byte.
        Assert.Equal(done.Select(each => each.GetRawText()), response.GetProperty("output").EnumerateArray().Select(each => each.GetRawText()));
        Assert.False(response.GetProperty("store").GetBoolean());
    }
}
