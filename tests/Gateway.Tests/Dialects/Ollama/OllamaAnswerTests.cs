using System.Buffers;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Dialects.Ollama;

public sealed class OllamaAnswerTests
{
    private static readonly OllamaChat Chat = new();
    private static readonly OllamaGenerate Generate = new();
    private static readonly ChatRequest Request = Chat.Read("""{"model":"m:latest","messages":[{"role":"user","content":"hi"}],"stream":false}""");

    public static TheoryData<string> GoodAnswers => [.. WireFixture.ChatCompletions.Where(fixture => !fixture.IsHttpError && Upstream.Play(fixture).EndedWell).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(GoodAnswers))]
    public void A_whole_answer_says_what_its_stream_says(string name)
    {
        var fixture = WireFixture.Named(name);
        var answer = Upstream.Play(fixture).Answer;
        var choice = answer.Choices[0];
        var chat = Chat.Answer(Request, answer);
        var message = chat.GetProperty("message");
        Assert.Equal("m:latest", chat.Text("model"));
        Assert.True(chat.GetProperty("done").GetBoolean());
        Assert.Equal(choice.Text.ToString() + choice.Refusal, message.Text("content"));
        Assert.Equal(choice.Reasoning.Length > 0, message.Has("thinking"));
        if (choice.Reasoning.Length > 0)
            Assert.Equal(choice.Reasoning.ToString(), message.Text("thinking"));
        Assert.Equal(choice.ToolCalls.Count > 0, message.Has("tool_calls"));
        if (choice.ToolCalls.Count > 0)
            Assert.Equal(choice.ToolCalls.Select(call => call.Arguments.ToString()), message.GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("function").GetProperty("arguments").GetRawText()));
        Assert.True(chat.GetProperty("eval_count").GetInt64() >= 1);

        var generate = Generate.Answer(Request, answer);
        Assert.Equal(choice.Text.ToString() + choice.Refusal, generate.Text("response"));
        Assert.False(generate.Has("message"));
    }

    [Fact]
    public void A_whole_answer_has_no_times_of_zero_and_no_empty_members()
    {
        var clock = new ManualTimeProvider();
        var json = Chat.Answer(Request, Upstream.PlayBody("""{"choices":[{"message":{"content":""},"finish_reason":"length"}]}"""u8).Answer, clock);
        Assert.Equal(["role", "content"], json.GetProperty("message").Names());
        Assert.Equal("length", json.Text("done_reason"));
        foreach (var name in (string[])["total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration"])
            Assert.True(json.GetProperty(name).GetInt64() >= 1, name);
    }

    [Fact]
    public void Reasoning_that_the_client_switched_off_is_left_out()
    {
        var off = Chat.Read("""{"model":"m","messages":[],"think":false}""");
        var answer = Upstream.PlayBody("""{"choices":[{"message":{"content":"a","reasoning_content":"r"},"finish_reason":"stop"}]}"""u8).Answer;
        Assert.False(Chat.Answer(off, answer).GetProperty("message").Has("thinking"));
        Assert.Equal("r", Chat.Answer(Request, answer).GetProperty("message").Text("thinking"));
    }

    [Theory]
    [InlineData("""{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}""", ErrorKind.ContentBlocked)]
    [InlineData("""{"choices":[{"message":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"a\""}}]},"finish_reason":"tool_calls"}]}""", ErrorKind.UpstreamFailed)]
    public void What_Ollama_cannot_say_is_a_failure(string body, ErrorKind kind)
    {
        var answer = Upstream.PlayBody(Encoding.UTF8.GetBytes(body)).Answer;
        Assert.Equal(kind, Assert.Throws<GatewayException>(() => Chat.Answer(Request, answer)).Error.Kind);
    }

    [Fact]
    public void A_call_that_the_limit_cut_is_left_out()
    {
        var answer = Upstream.PlayBody("""{"choices":[{"message":{"content":"a","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"a\""}}]},"finish_reason":"length"}]}"""u8).Answer;
        var json = Chat.Answer(Request, answer);
        Assert.False(json.GetProperty("message").Has("tool_calls"));
        Assert.Equal("length", json.Text("done_reason"));
    }

    [Fact]
    public void Log_probabilities_stand_beside_the_message()
    {
        var answer = Upstream.PlayBody("""{"choices":[{"message":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-1,"bytes":[97]}]},"finish_reason":"stop"}]}"""u8).Answer;
        Assert.Equal("a", Chat.Answer(Request, answer).GetProperty("logprobs")[0].Text("token"));
    }

    [Fact]
    public void An_error_is_one_string()
    {
        var output = new ArrayBufferWriter<byte>();
        Chat.Errors.WriteError(output, new GatewayError(ErrorKind.ModelNotFound, Wording.Verbatim("model 'x' not found")), InboundCalls.RequestId);
        Assert.Equal("""{"error":"model 'x' not found"}""", Json.TextOf(output));
        Assert.Equal(404, Generate.Errors.StatusOf(new GatewayError(ErrorKind.ModelNotFound, Wording.Verbatim(""))));
        Assert.Equal(502, Chat.Errors.StatusOf(new GatewayError(ErrorKind.UpstreamRefusedKey, Wording.Verbatim(""))));
    }
}
