using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Dialects.Ollama;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

/// <summary>Every fixture of an Anthropic answer, read at once and in pieces, has the expected content.</summary>
public sealed class AnthropicFixtureTests
{
    private static IEnumerable<WireFixture> Fixtures => WireFixture.Of("anthropic").Where(fixture => !fixture.Expect.TryGetProperty("inputTokens", out _));

    public static TheoryData<string> Answers => [.. Fixtures.Where(fixture => !fixture.IsHttpError).Select(fixture => fixture.Name)];

    public static TheoryData<string> Streams => [.. Fixtures.Where(fixture => !fixture.IsHttpError && !fixture.IsWholeBody).Select(fixture => fixture.Name)];

    public static TheoryData<string> HttpErrors => [.. Fixtures.Where(fixture => fixture.IsHttpError).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_read_whole_means_what_its_fixture_says(string name)
    {
        var fixture = WireFixture.Named(name);
        var events = AnthropicUpstream.Play(fixture);
        ExpectedAnswer.Matches(fixture, events);
        var states = events.Answer.Choices.SelectMany(choice => choice.Blocks).Select(block => block.State).OfType<OpaqueState>().ToList();
        Assert.Equal(Listed(fixture, "signatures"), states.Where(state => state.Kind == StateKind.AnthropicSignature).Select(state => state.Value));
        Assert.Equal(Listed(fixture, "redacted"), states.Where(state => state.Kind == StateKind.AnthropicRedacted).Select(state => state.Value));
        Assert.All(states, state => Assert.True(state.BelongsTo(state.Kind, AnthropicUpstream.Model)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_read_byte_by_byte_means_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        ExpectedAnswer.Matches(fixture, AnthropicUpstream.PlayStream(fixture.Body, Enumerable.Repeat(1, fixture.Body.Length)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_read_in_random_slices_means_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        for (var seed = 0; seed < 40; seed++)
            ExpectedAnswer.Matches(fixture, AnthropicUpstream.PlayStream(fixture.Body, Upstream.RandomSizes(seed, 1 << (seed % 11)).Take(fixture.Body.Length)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_that_breaks_off_at_any_byte_before_its_stop_reason_fails(string name)
    {
        var fixture = WireFixture.Named(name);
        if (!AnthropicUpstream.Play(fixture).EndedWell)
            return;
        var finish = Encoding.UTF8.GetString(fixture.Body).IndexOf("event: message_delta", StringComparison.Ordinal);
        for (var length = 0; length <= finish; length++)
        {
            var events = AnthropicUpstream.PlayStream(fixture.Body.AsSpan(0, length), [length]);
            Assert.False(events.EndedWell, $"the first {length} bytes look like a whole answer");
            Assert.True(events.Error!.IsRetryable);
            if (length == finish)
                Assert.Equal("upstream_stream_truncated", events.Error.Code);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_that_ends_after_its_stop_reason_is_whole(string name)
    {
        var fixture = WireFixture.Named(name);
        if (!AnthropicUpstream.Play(fixture).EndedWell)
            return;
        var end = Encoding.UTF8.GetString(fixture.Body).IndexOf("event: message_stop", StringComparison.Ordinal);
        ExpectedAnswer.Matches(fixture, AnthropicUpstream.PlayStream(fixture.Body.AsSpan(0, Encoding.UTF8.GetByteCount(Encoding.UTF8.GetString(fixture.Body)[..end])), [1]));
    }

    /// <summary>A client of OpenAI's stream gets the provider's content.</summary>
    [Theory]
    [MemberData(nameof(Streams))]
    public void Streamed_on_to_an_OpenAI_client_it_means_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        var request = new ChatRequest { Model = "m", Family = "openai", Stream = true, IncludeUsage = true };
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var sent = AnthropicUpstream.Play(fixture, new Dragoman.Dialects.OpenAIChat.OpenAIChat().OpenStream(InboundCalls.Context(request), output));
        var read = Upstream.PlayStream(output.WrittenSpan, [output.WrittenCount]);
        if (sent.Error is { } error)
        {
            Assert.Equal(error.Message, read.Error!.Message);
            return;
        }

        Assert.True(read.EndedWell);
        ExpectedAnswer.Same(sent.Answer, read.Answer);
        Assert.Equal((sent.Answer.Usage.InputTotal, sent.Answer.Usage.OutputTotal, sent.Answer.Usage.Reasoning), (read.Answer.Usage.InputTotal, read.Answer.Usage.OutputTotal, read.Answer.Usage.Reasoning));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void Streamed_on_to_an_Ollama_client_it_means_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        var request = new ChatRequest { Model = "m", Family = "ollama", Stream = true, Reasoning = new ReasoningRequest(true, null) };
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var sent = AnthropicUpstream.Play(fixture, new OllamaChat().OpenStream(InboundCalls.Context(request), output));
        var lines = Json.TextOf(output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Json.Parse).ToList();
        if (sent.Error is { } error)
        {
            Assert.Contains(error.Message, lines[^1].Text("error"), StringComparison.Ordinal);
            return;
        }

        var choice = sent.Answer.Choices[0];
        var messages = lines.Where(line => line.Has("message")).Select(line => line.GetProperty("message")).ToList();
        Assert.Equal(choice.Text.ToString() + choice.Refusal, string.Concat(messages.Select(message => message.Text("content"))));
        Assert.Equal(choice.Reasoning.ToString(), string.Concat(messages.Select(message => message.Has("thinking") ? message.Text("thinking") : "")));
        Assert.Equal(
            choice.ToolCalls.Select(call => call.Name),
            messages.Where(message => message.Has("tool_calls")).SelectMany(message => message.GetProperty("tool_calls").EnumerateArray()).Select(call => call.GetProperty("function").Text("name")));
        Assert.True(lines[^1].GetProperty("done").GetBoolean());
        Assert.Equal(sent.Answer.Usage.OutputTotal, lines[^1].GetProperty("eval_count").GetInt64());
    }

    [Theory]
    [MemberData(nameof(HttpErrors))]
    public void An_http_error_gets_its_class_and_keeps_its_words(string name)
    {
        var fixture = WireFixture.Named(name);
        var expected = fixture.Expect.GetProperty("error");
        var error = new AnthropicOutbound().ReadError(fixture.Status, fixture.Body, TimeSpan.FromSeconds(3));
        Assert.Equal(
            name switch
            {
                "anthropic/error-401" => ErrorKind.UpstreamRefusedKey,
                "anthropic/error-413" => ErrorKind.TooLarge,
                "anthropic/error-429-spend-limit" => ErrorKind.QuotaExceeded,
                "anthropic/error-529" => ErrorKind.Overloaded,
                _ => ErrorKind.InvalidRequest,
            },
            error.Kind);
        Assert.Equal(expected.GetProperty("code").GetString(), error.Code);
        if (error.Kind != ErrorKind.UpstreamRefusedKey)
            Assert.Equal(expected.Text("message"), error.Message);
        if (expected.TryGetProperty("retryable", out var retryable))
            Assert.Equal(retryable.GetBoolean(), error.IsRetryable);
    }

    [Fact]
    public void A_token_count_is_read() =>
        Assert.Equal(571, new AnthropicOutbound().ReadTokenCount(WireFixture.Named("anthropic/count-tokens").Body));

    private static IEnumerable<string?> Listed(WireFixture fixture, string name) =>
        fixture.Expect.TryGetProperty(name, out var list) ? list.EnumerateArray().Select(item => item.GetString()) : [];
}
