using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Inbound;

/// <summary>Every stream that Anthropic's clients get is one that Anthropic could have sent (specs/dialects.md 3.2).</summary>
public sealed class AnthropicStreamTests
{
    private static readonly AnthropicMessages Messages = new();
    private static readonly ChatRequest Request = new() { Model = "My \"model\"", Stream = true };

    public static TheoryData<string> Answers => [.. WireFixture.All.Where(fixture => !fixture.IsHttpError && fixture.Name != CountTokens).Select(fixture => fixture.Name)];

    public static TheoryData<string> Streams => [.. WireFixture.All.Where(fixture => !fixture.IsHttpError && !fixture.IsWholeBody).Select(fixture => fixture.Name)];

    /// <summary>The only successful answer that is not a message.</summary>
    private const string CountTokens = "anthropic/count-tokens";

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_stream_is_legal_and_says_what_the_provider_said(string name)
    {
        var output = new ArrayBufferWriter<byte>();
        var fixture = WireFixture.Named(name);
        var stream = Messages.OpenStream(InboundCalls.Context(Request), output);
        var said = IsAnthropics(fixture) ? AnthropicUpstream.Play(fixture, stream) : Upstream.Play(fixture, stream);
        AssertSame(said, AnthropicEvents.Read(Json.TextOf(output)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void However_a_stream_is_cut_it_is_legal_and_says_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        var body = fixture.Body;
        foreach (var sizes in Enumerable.Range(0, 12).Select(seed => Upstream.RandomSizes(seed, 1 << seed).Take(body.Length)).Prepend(Enumerable.Repeat(1, body.Length)))
        {
            var output = new ArrayBufferWriter<byte>();
            var stream = Messages.OpenStream(InboundCalls.Context(Request), output);
            var said = IsAnthropics(fixture) ? AnthropicUpstream.PlayStream(body, sizes, stream) : Upstream.PlayStream(body, sizes, stream);
            AssertSame(said, AnthropicEvents.Read(Json.TextOf(output)));
        }
    }

    private static bool IsAnthropics(WireFixture fixture) => fixture.Family == "anthropic";

    private static void AssertSame(CheckedEvents said, AnthropicEvents events)
    {
        Assert.Equal(said.Error is null, events.Error is null);
        var choice = said.Answer.Choices.Count > 0 ? said.Answer.Choices[0] : new AnswerChoice();
        Assert.Equal(choice.Reasoning.ToString(), events.Thinking);
        Assert.Equal(string.Concat(choice.Blocks.Where(block => block is TextBlock or RefusalBlock).Select(block => ((WordsBlock)block).Words.ToString())), events.Text);
        if (said.Error is not null)
        {
            Assert.Equal(said.Error.Message, events.Error!.Value.Text("message"));
            return;
        }

        Assert.Equal("My \"model\"", events.Message.Text("model"));
        Assert.Equal(choice.ToolCalls.Select(call => call.Name), events.Calls.Select(call => call.Start.Text("name")));
        Assert.Equal(choice.ToolCalls.Select(call => call.Arguments.ToString() is { Length: > 0 } text ? text : "{}"), events.Calls.Select(call => call.Content));
        Assert.Equal(choice.ToolCalls.Count, events.Calls.Select(call => call.Start.Text("id")).Distinct().Count());
        var usage = said.Answer.Usage;
        Assert.Equal(usage.InputTotal - usage.CacheRead - usage.CacheWrite, events.Usage.GetProperty("input_tokens").GetInt64());
        Assert.Equal(usage.CacheRead, events.Usage.GetProperty("cache_read_input_tokens").GetInt64());
        Assert.Equal(usage.OutputTotal, events.Usage.GetProperty("output_tokens").GetInt64());
    }
}
