using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects.ChatCompletions;

/// <summary>Every fixture of an OpenAI-like answer, read at once and in pieces, has the expected content.</summary>
public sealed class ChatCompletionReaderFixtureTests
{
    public static TheoryData<string> Answers => [.. WireFixture.ChatCompletions.Where(fixture => !fixture.IsHttpError).Select(fixture => fixture.Name)];

    public static TheoryData<string> Streams =>
        [.. WireFixture.ChatCompletions.Where(fixture => !fixture.IsHttpError && !fixture.IsWholeBody).Select(fixture => fixture.Name)];

    public static TheoryData<string> HttpErrors => [.. WireFixture.ChatCompletions.Where(fixture => fixture.IsHttpError).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_read_whole_means_what_its_fixture_says(string name)
    {
        var fixture = WireFixture.Named(name);
        ExpectedAnswer.Matches(fixture, Upstream.Play(fixture));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_read_byte_by_byte_means_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        ExpectedAnswer.Matches(fixture, Upstream.PlayStream(fixture.Body, Enumerable.Repeat(1, fixture.Body.Length)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_read_in_random_slices_means_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        for (var seed = 0; seed < 40; seed++)
            ExpectedAnswer.Matches(fixture, Upstream.PlayStream(fixture.Body, Upstream.RandomSizes(seed, 1 << (seed % 11)).Take(fixture.Body.Length)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_cut_in_two_at_any_byte_means_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        var whole = Upstream.Play(fixture);
        for (var cut = 1; cut < fixture.Body.Length; cut++)
        {
            var events = Upstream.PlayStream(fixture.Body, [cut]);
            Assert.Equal(whole.Error, events.Error);
            Assert.Equal(whole.Answer.Usage, events.Answer.Usage);
            ExpectedAnswer.Same(whole.Answer, events.Answer, idsToo: false);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_that_breaks_off_at_any_byte_before_its_finish_fails(string name)
    {
        var fixture = WireFixture.Named(name);
        if (!Upstream.Play(fixture).EndedWell)
            return;
        var text = System.Text.Encoding.UTF8.GetString(fixture.Body);
        var finish = System.Text.RegularExpressions.Regex.Match(text, "\"finish_reason\" ?: ?\"\\w|data: \\[DONE\\]");
        var firstFinish = System.Text.Encoding.UTF8.GetByteCount(text[..finish.Index]);
        Assert.True(firstFinish > 0);
        for (var length = 0; length <= firstFinish; length++)
        {
            var events = Upstream.PlayStream(fixture.Body.AsSpan(0, length), [length]);
            Assert.False(events.EndedWell, $"the first {length} bytes look like a whole answer");
            Assert.True(events.Error!.IsRetryable);
        }
    }

    [Theory]
    [MemberData(nameof(HttpErrors))]
    public void An_http_error_gets_its_class_and_keeps_its_words(string name)
    {
        var fixture = WireFixture.Named(name);
        var expected = fixture.Expect.GetProperty("error");
        var error = ErrorReader.Read(fixture.Status, fixture.Body, null);

        Assert.Equal(ClassOf(fixture), error.Kind);
        Assert.Equal(expected.GetProperty("code").GetString(), error.Code);
        if (expected.TryGetProperty("param", out var field))
            Assert.Equal(field.GetString(), error.Field);
        if (expected.TryGetProperty("retryable", out var retryable))
            Assert.Equal(retryable.GetBoolean(), error.IsRetryable);
        if (expected.GetProperty("message").GetString() is not { } message)
            Assert.DoesNotContain('<', error.Message);
        else if (error.Kind != ErrorKind.UpstreamRefusedKey)
            Assert.Equal(message.Replace("body.", "", StringComparison.Ordinal), error.Message);
    }

    /// <summary>The matrix of specs/dialects.md 1.8 by status, or by the fixture's name when the status is not enough.</summary>
    private static ErrorKind ClassOf(WireFixture fixture) => fixture.Name switch
    {
        "azure-openai/error-400-content-filter" => ErrorKind.ContentBlocked,
        "compat-vllm/error-400" or "compat-vllm/error-400-old-flat" or "openai-chat/error-400-context-length" => ErrorKind.ContextTooLong,
        "openai-chat/error-429-insufficient-quota" => ErrorKind.QuotaExceeded,
        _ => fixture.Status switch
        {
            400 or 422 => ErrorKind.InvalidRequest,
            401 => ErrorKind.UpstreamRefusedKey,
            404 => ErrorKind.ModelNotFound,
            429 => ErrorKind.RateLimited,
            502 => ErrorKind.UpstreamFailed,
            503 => ErrorKind.Overloaded,
            var other => throw new InvalidOperationException($"no class is written down for status {other}"),
        },
    };
}
