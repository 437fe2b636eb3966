using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIChat;

public sealed class OpenAIChatAnswerTests
{
    private static readonly Dragoman.Dialects.OpenAIChat.OpenAIChat Chat = new();
    private static readonly ChatRequest Request = new() { Model = "m" };

    public static TheoryData<string> GoodAnswers => [.. WireFixture.ChatCompletions.Where(fixture => !fixture.IsHttpError && Upstream.Play(fixture).EndedWell).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(GoodAnswers))]
    public void A_whole_answer_decodes_to_the_same_answer(string name)
    {
        var expected = Upstream.Play(WireFixture.Named(name)).Answer;
        var json = Chat.Answer(Request, expected);
        var again = Upstream.PlayBody(Encoding.UTF8.GetBytes(json.GetRawText()));
        Assert.Null(again.Error);
        ExpectedAnswer.Same(expected, again.Answer);
        Assert.Equal(expected.Usage with { CacheWrite = 0 }, again.Answer.Usage);
        Assert.Equal("chatcmpl-req-1", again.Answer.UpstreamId);
        Assert.Equal(("chat.completion", "m"), (json.Text("object"), json.Text("model")));
    }

    [Fact]
    public void Content_is_null_beside_calls_and_refusals_and_empty_otherwise()
    {
        Assert.Equal(JsonValueKind.Null, Content("""{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}"""));
        Assert.Equal(JsonValueKind.Null, Content("""{"refusal":"no"}"""));
        Assert.Equal(JsonValueKind.String, Content("""{"content":""}"""));

        static JsonValueKind Content(string message) => Chat
            .Answer(Request, Upstream.PlayBody(Encoding.UTF8.GetBytes($$"""{"choices":[{"message":{{message}},"finish_reason":"stop"}]}""")).Answer)
            .GetProperty("choices")[0].GetProperty("message").GetProperty("content").ValueKind;
    }

    [Fact]
    public void Usage_that_nobody_reported_is_not_told()
    {
        var answer = Upstream.PlayBody("""{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}"""u8).Answer;
        Assert.False(Chat.Answer(Request, answer).Has("usage"));
    }

    [Theory]
    [InlineData(ErrorKind.InvalidRequest, 400, "invalid_request_error", null)]
    [InlineData(ErrorKind.ContextTooLong, 400, "invalid_request_error", "context_length_exceeded")]
    [InlineData(ErrorKind.ContentBlocked, 400, "invalid_request_error", "content_filter")]
    [InlineData(ErrorKind.Unauthenticated, 401, "invalid_request_error", "invalid_api_key")]
    [InlineData(ErrorKind.Forbidden, 403, "permission_error", null)]
    [InlineData(ErrorKind.ModelNotFound, 404, "invalid_request_error", "model_not_found")]
    [InlineData(ErrorKind.TooLarge, 413, "invalid_request_error", "request_too_large")]
    [InlineData(ErrorKind.RateLimited, 429, "requests", "rate_limit_exceeded")]
    [InlineData(ErrorKind.QuotaExceeded, 429, "insufficient_quota", "insufficient_quota")]
    [InlineData(ErrorKind.BudgetExceeded, 429, "insufficient_quota", "insufficient_quota")]
    [InlineData(ErrorKind.NotImplemented, 501, "invalid_request_error", "not_implemented")]
    [InlineData(ErrorKind.UpstreamRefusedKey, 502, "server_error", "upstream_auth_failed")]
    [InlineData(ErrorKind.UpstreamFailed, 502, "server_error", null)]
    [InlineData(ErrorKind.Overloaded, 503, "server_error", null)]
    [InlineData(ErrorKind.Timeout, 504, "server_error", null)]
    [InlineData(ErrorKind.Internal, 500, "server_error", null)]
    public void Every_class_of_failure_has_its_status_type_and_code(ErrorKind kind, int status, string type, string? code)
    {
        var output = new ArrayBufferWriter<byte>();
        Chat.Errors.WriteError(output, new GatewayError(kind, Wording.Verbatim("m")) { Field = "f" }, InboundCalls.RequestId);
        var error = Json.Parse(output.WrittenMemory).GetProperty("error");
        Assert.Equal(status, Chat.Errors.StatusOf(new GatewayError(kind, Wording.Verbatim("m"))));
        Assert.Equal(("m", type, "f", code), (error.Text("message"), error.Text("type"), error.Text("param"), error.Text("code")));
    }
}
