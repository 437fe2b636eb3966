using System.Text;
using System.Text.Json;

namespace Dragoman.Emulator.Tests;

/// <summary>The content of one choice, from a body or from a stream's chunks.</summary>
public sealed record Said(string Text, string Thinking, string FinishReason, string ToolCalls, long CompletionTokens, long PromptTokens)
{
    public static Said InBody(JsonElement body, int choice = 0)
    {
        var said = body.GetProperty("choices").EnumerateArray().Single(one => one.GetProperty("index").GetInt32() == choice);
        var (text, thinking) = (new StringBuilder(), new StringBuilder());
        Append(said.GetProperty("message").GetProperty("content"), text, thinking);
        var calls = Calls(said.GetProperty("message"), new SortedDictionary<int, (string, string, StringBuilder)>());
        return Of(text, thinking, said.GetProperty("finish_reason").GetString()!, calls, body.GetProperty("usage"));
    }

    public static Said InStream(IEnumerable<JsonElement> chunks, int choice = 0)
    {
        var (text, thinking) = (new StringBuilder(), new StringBuilder());
        var calls = new SortedDictionary<int, (string, string, StringBuilder)>();
        var finishReason = "";
        JsonElement usage = default;
        foreach (var chunk in chunks)
        {
            if (chunk.TryGetProperty("usage", out var used))
                usage = used;
            foreach (var said in chunk.GetProperty("choices").EnumerateArray().Where(one => one.GetProperty("index").GetInt32() == choice))
            {
                var delta = said.GetProperty("delta");
                if (delta.TryGetProperty("content", out var content))
                    Append(content, text, thinking);
                Calls(delta, calls);
                finishReason = said.GetProperty("finish_reason").GetString() ?? finishReason;
            }
        }

        return Of(text, thinking, finishReason, calls, usage);
    }

    private static Said Of(
        StringBuilder text, StringBuilder thinking, string finishReason, SortedDictionary<int, (string Id, string Name, StringBuilder Arguments)> calls, JsonElement usage) =>
        new(text.ToString(), thinking.ToString(), finishReason,
            string.Join("; ", calls.Values.Select(call => $"{call.Id} {call.Name} {call.Arguments}")),
            usage.GetProperty("completion_tokens").GetInt64(), usage.GetProperty("prompt_tokens").GetInt64());

    private static void Append(JsonElement content, StringBuilder text, StringBuilder thinking)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            text.Append(content.GetString());
            return;
        }

        foreach (var chunk in content.EnumerateArray())
        {
            if (chunk.GetProperty("type").GetString() == "text")
                text.Append(chunk.GetProperty("text").GetString());
            else
                thinking.AppendJoin("", chunk.GetProperty("thinking").EnumerateArray().Select(part => part.GetProperty("text").GetString()));
        }
    }

    private static SortedDictionary<int, (string, string, StringBuilder)> Calls(JsonElement message, SortedDictionary<int, (string Id, string Name, StringBuilder Arguments)> calls)
    {
        if (!message.TryGetProperty("tool_calls", out var list) || list.ValueKind != JsonValueKind.Array)
            return calls;
        foreach (var call in list.EnumerateArray())
        {
            var index = call.GetProperty("index").GetInt32();
            var function = call.GetProperty("function");
            if (!calls.ContainsKey(index))
                calls[index] = (call.GetProperty("id").GetString()!, function.GetProperty("name").GetString()!, new StringBuilder());
            calls[index].Arguments.Append(function.GetProperty("arguments").GetString());
        }

        return calls;
    }
}
