using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

/// <summary>Compares an answer with the <c>expect</c> object of a fixture.</summary>
internal static class ExpectedAnswer
{
    public static void Matches(WireFixture fixture, CheckedEvents events)
    {
        var expect = fixture.Expect;
        var first = events.Answer.Choices.Count > 0 ? events.Answer.Choices[0] : new AnswerChoice();
        Assert.Equal(TextOf(expect, "text"), first.Text.ToString());
        var terminal = expect.GetProperty("terminal").GetString();
        var finish = expect.GetProperty("chatFinishReason").GetString();
        if (terminal is "error" or "truncated" || finish == "error")
        {
            MatchesFailure(expect, events);
            return;
        }

        Assert.Null(events.Error);
        Assert.Equal(TextOf(expect, "reasoning"), first.Reasoning.ToString());
        Assert.Equal(TextOf(expect, "refusal"), first.Refusal.ToString());
        // A marker without a finish reason counts as a natural end.
        Assert.Equal(finish ?? "stop", Word(first.StopReason));
        MatchesCalls(expect.GetProperty("toolCalls"), first.ToolCalls);
        MatchesUsage(expect.GetProperty("usage"), events.Answer.Usage);
        if (!expect.TryGetProperty("otherChoices", out var others))
            return;
        foreach (var other in others.EnumerateObject())
        {
            var choice = events.Answer.Choices[int.Parse(other.Name)];
            Assert.Equal(TextOf(other.Value, "text"), choice.Text.ToString());
            Assert.Equal(other.Value.GetProperty("chatFinishReason").GetString(), Word(choice.StopReason));
        }
    }

    /// <summary>Asserts that two answers are the same in every part that a client sees, however they were split on the way.</summary>
    public static void Same(ChatAnswer expected, ChatAnswer actual, bool idsToo = true)
    {
        Assert.Equal(expected.Choices.Count, actual.Choices.Count);
        for (var index = 0; index < expected.Choices.Count; index++)
        {
            var (left, right) = (expected.Choices[index], actual.Choices[index]);
            Assert.Equal(left.Text.ToString(), right.Text.ToString());
            Assert.Equal(left.Reasoning.ToString(), right.Reasoning.ToString());
            Assert.Equal(left.Refusal.ToString(), right.Refusal.ToString());
            Assert.Equal(left.StopReason, right.StopReason);
            Assert.Equal(left.LogprobEntries.ToString(), right.LogprobEntries.ToString());
            Assert.Equal(left.ToolCalls.Select(call => (call.Name, call.Arguments.ToString())), right.ToolCalls.Select(call => (call.Name, call.Arguments.ToString())));
            if (idsToo)
                Assert.Equal(left.ToolCalls.Select(call => call.Id), right.ToolCalls.Select(call => call.Id));
        }
    }

    private static void MatchesFailure(JsonElement expect, CheckedEvents events)
    {
        Assert.NotNull(events.Error);
        if (expect.GetProperty("error") is not { ValueKind: JsonValueKind.Object } error)
            return;
        Assert.Equal(error.GetProperty("message").GetString(), events.Error.Message);
        Assert.Equal(error.GetProperty("code").GetString(), events.Error.Code);
    }

    private static void MatchesCalls(JsonElement expected, IReadOnlyList<AnswerToolCall> calls)
    {
        Assert.Equal(expected.GetArrayLength(), calls.Count);
        for (var index = 0; index < calls.Count; index++)
        {
            Assert.Equal(expected[index].GetProperty("name").GetString(), calls[index].Name);
            if (expected[index].GetProperty("id").GetString() is not "*" and var id)
                Assert.Equal(id, calls[index].Id);
            var wanted = JsonNode.Parse(expected[index].GetProperty("arguments").GetRawText());
            Assert.True(JsonNode.DeepEquals(wanted, JsonNode.Parse(calls[index].Arguments.ToString())), $"{calls[index].Arguments} is not {wanted}");
        }
    }

    private static void MatchesUsage(JsonElement expected, Usage usage)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Equal(UsageOrigin.Absent, usage.Origin);
            return;
        }

        Assert.Equal(UsageOrigin.Reported, usage.Origin);
        Assert.Equal(expected.GetProperty("inputTotal").GetInt64(), usage.InputTotal);
        Assert.Equal(expected.GetProperty("cacheRead").GetInt64(), usage.CacheRead);
        Assert.Equal(expected.GetProperty("cacheWrite").GetInt64(), usage.CacheWrite);
        Assert.Equal(expected.GetProperty("outputTotal").GetInt64(), usage.OutputTotal);
        Assert.Equal(expected.GetProperty("reasoning").GetInt64(), usage.Reasoning);
    }

    private static string TextOf(JsonElement owner, string name) => owner.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";

    private static string? Word(StopReason? reason) => reason switch
    {
        StopReason.Stop or StopReason.StopSequence => "stop",
        StopReason.Length or StopReason.ContextWindow => "length",
        StopReason.ToolCalls => "tool_calls",
        StopReason.ContentFilter => "content_filter",
        _ => null,
    };
}
