using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Conversation;

/// <summary>
/// Collects an answer, forwards its events to the dialect under test, and asserts what <see cref="IAnswerEvents"/>
/// guarantees about their order and their text.
/// </summary>
internal sealed class CheckedEvents(IAnswerEvents? next = null) : IAnswerEvents
{
    private readonly AnswerCollector collector = new();
    private readonly HashSet<(int Choice, int Slot)> openCalls = [];
    private readonly HashSet<(int Choice, int Slot)> calls = [];
    private readonly HashSet<int> stopped = [];
    private bool started;
    private bool ended;

    public ChatAnswer Answer => collector.Answer;

    public GatewayError? Error => collector.Error;

    public bool HasEnded => ended;

    public bool EndedWell => ended && Error is null;

    /// <summary>Every text delta of the first choice, unescaped.</summary>
    public List<string> TextDeltas { get; } = [];

    public void Start(string? upstreamId)
    {
        Assert.False(started, "a second Start");
        Assert.False(ended, "Start after the end");
        started = true;
        collector.Start(upstreamId);
        next?.Start(upstreamId);
    }

    public void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        AssertTextOf(choice, escaped);
        if (choice == 0)
            TextDeltas.Add(JsonText.ReadString(escaped));
        collector.Text(choice, escaped);
        next?.Text(choice, escaped);
    }

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        AssertTextOf(choice, escaped);
        collector.Reasoning(choice, escaped);
        next?.Reasoning(choice, escaped);
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
        AssertTextOf(choice, escaped);
        collector.Refusal(choice, escaped);
        next?.Refusal(choice, escaped);
    }

    public void ToolStart(int choice, int slot, string id, string name)
    {
        AssertOpen(choice);
        Assert.NotEmpty(id);
        Assert.NotEmpty(name);
        Assert.Equal(calls.Count(call => call.Choice == choice), slot);
        calls.Add((choice, slot));
        openCalls.Add((choice, slot));
        Assert.DoesNotContain(id, choice < Answer.Choices.Count ? Answer.Choices[choice].ToolCalls.Select(call => call.Id) : []);
        collector.ToolStart(choice, slot, id, name);
        next?.ToolStart(choice, slot, id, name);
    }

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        AssertTextOf(choice, escaped);
        Assert.Contains((choice, slot), openCalls);
        collector.ToolArguments(choice, slot, escaped);
        next?.ToolArguments(choice, slot, escaped);
    }

    public void ToolEnd(int choice, int slot)
    {
        AssertOpen(choice);
        Assert.True(openCalls.Remove((choice, slot)), "the end of a call that is not open");
        collector.ToolEnd(choice, slot);
        next?.ToolEnd(choice, slot);
    }

    public void State(int choice, int? slot, OpaqueState state)
    {
        Assert.True(started && !ended, "State outside the answer");
        Assert.DoesNotContain(choice, stopped);
        if (slot is { } call)
            Assert.Contains((choice, call), openCalls);
        Assert.NotEmpty(state.Value);
        collector.State(choice, slot, state);
        next?.State(choice, slot, state);
    }

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        Assert.True(started && !ended, "Media outside the answer");
        Assert.DoesNotContain(choice, stopped);
        Assert.False(base64.IsEmpty);
        collector.Media(choice, mediaType, base64);
        next?.Media(choice, mediaType, base64);
    }

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        AssertOpen(choice);
        collector.Logprobs(choice, entries);
        next?.Logprobs(choice, entries);
    }

    public void Usage(in Usage usage)
    {
        AssertRunning();
        collector.Usage(usage);
        next?.Usage(usage);
    }

    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        AssertOpen(choice);
        Assert.DoesNotContain(openCalls, call => call.Choice == choice);
        stopped.Add(choice);
        collector.Stop(choice, reason, stopSequence);
        next?.Stop(choice, reason, stopSequence);
    }

    public void End()
    {
        AssertRunning();
        Assert.NotEmpty(stopped);
        Assert.Equal(Answer.Choices.Count, stopped.Count);
        ended = true;
        collector.End();
        next?.End();
    }

    public void Fail(GatewayError error)
    {
        AssertRunning();
        Assert.NotEmpty(error.Message);
        ended = true;
        collector.Fail(error);
        next?.Fail(error);
    }

    private void AssertTextOf(int choice, ReadOnlySpan<byte> escaped)
    {
        AssertOpen(choice);
        Assert.False(escaped.IsEmpty, "an empty delta");
        // A strict parser accepts neither a lone surrogate nor invalid UTF-8.
        using var parsed = System.Text.Json.JsonDocument.Parse((byte[])[(byte)'"', .. escaped, (byte)'"']);
        Assert.NotNull(parsed.RootElement.GetString());
    }

    private void AssertOpen(int choice)
    {
        AssertRunning();
        Assert.DoesNotContain(choice, stopped);
    }

    private void AssertRunning()
    {
        Assert.True(started, "an event before Start");
        Assert.False(ended, "an event after the end");
    }
}
