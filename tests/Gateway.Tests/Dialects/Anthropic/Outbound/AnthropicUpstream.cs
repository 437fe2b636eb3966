using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

/// <summary>Passes Anthropic's bytes to its reader as the pipeline does.</summary>
internal static class AnthropicUpstream
{
    public const string Model = "claude-sonnet-5";

    public static CheckedEvents Play(WireFixture fixture, IAnswerEvents? next = null) =>
        fixture.IsWholeBody ? PlayBody(fixture.Body, next) : PlayStream(fixture.Body, [fixture.Body.Length], next);

    public static CheckedEvents PlayText(string stream, bool answersByTool = false) =>
        PlayStream(Encoding.UTF8.GetBytes(stream), [stream.Length], null, answersByTool);

    /// <summary>Plays handwritten events.</summary>
    public static CheckedEvents PlayEvents(params string[] events) => PlayText(string.Concat(events.Select(json => $"data: {json}\n\n")));

    public static CheckedEvents PlayBody(ReadOnlySpan<byte> body, IAnswerEvents? next = null, bool answersByTool = false)
    {
        var events = new CheckedEvents(next);
        new AnthropicAnswerReader(Model, answersByTool).ReadBody(body, events);
        Assert.True(events.HasEnded, "neither End nor Fail");
        return events;
    }

    public static CheckedEvents PlayStream(ReadOnlySpan<byte> bytes, IEnumerable<int> sizes, IAnswerEvents? next = null, bool answersByTool = false)
    {
        var events = new CheckedEvents(next);
        Upstream.Feed(new AnthropicAnswerReader(Model, answersByTool), bytes, sizes, events);
        Assert.True(events.HasEnded, "neither End nor Fail");
        return events;
    }
}
