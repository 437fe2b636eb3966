using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIChat;

/// <summary>Every stream that OpenAI's clients get is one that OpenAI could have sent (specs/dialects.md 1.1, 3.0).</summary>
public sealed class OpenAIChatStreamTests
{
    private static readonly Dragoman.Dialects.OpenAIChat.OpenAIChat Chat = new();
    private static readonly ChatRequest Request = new() { Model = "My \"model\"" };
    private static readonly ChatRequest WithUsage = Request with { IncludeUsage = true };

    public static TheoryData<string> Answers => [.. WireFixture.ChatCompletions.Where(fixture => !fixture.IsHttpError).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_stream_is_legal_and_decodes_to_the_same_answer(string name)
    {
        var fixture = WireFixture.Named(name);
        foreach (var request in (ChatRequest[])[Request, WithUsage])
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            var expected = Upstream.Play(fixture, Chat.OpenStream(InboundCalls.Context(request), output));
            var stream = Json.TextOf(output);
            AssertLegal(stream, request, expected);

            var again = Upstream.PlayText(stream, expectedChoices: expected.Answer.Choices.Count);
            Assert.Equal(expected.Error is null, again.Error is null);
            if (expected.Error is not null)
            {
                Assert.Equal(expected.Error.Message, again.Error!.Message);
                continue;
            }

            ExpectedAnswer.Same(expected.Answer, again.Answer);
            Assert.Equal(request.IncludeUsage ? expected.Answer.Usage with { CacheWrite = 0 } : Usage.Absent, again.Answer.Usage);
        }
    }

    [Fact]
    public void A_failure_is_an_error_event_without_a_marker()
    {
        var events = Events(Chat.Stream(Request, sink =>
        {
            sink.Text(0, "a"u8);
            sink.Fail(new GatewayError(ErrorKind.Overloaded, Wording.Verbatim("busy")) { Code = "overloaded" });
        }));
        var error = Json.Parse(events[^1]).GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.Names());
        Assert.Equal(("busy", "server_error", "overloaded"), (error.Text("message"), error.Text("type"), error.Text("code")));
        Assert.DoesNotContain("[DONE]", events);
        Assert.DoesNotContain(events, data => data.Contains("\"finish_reason\":\"", StringComparison.Ordinal));
    }

    /// <summary>All client libraries need the <c>function</c> of a call, even in a piece with only state.</summary>
    [Fact]
    public void Every_piece_of_a_call_has_a_function()
    {
        var events = Events(Chat.Stream(Request, sink =>
        {
            sink.ToolStart(0, 0, "call_1", "f");
            sink.ToolArguments(0, 0, "{}"u8);
            sink.State(0, 0, OpaqueState.Of(StateKind.GeminiThoughtSignature, "gemini-3-pro", "QQ=="));
            sink.ToolEnd(0, 0);
            sink.Stop(0, StopReason.ToolCalls);
            sink.End();
        }));
        var pieces = events.Where(data => data.Contains("tool_calls\":[", StringComparison.Ordinal))
            .Select(data => Json.Parse(data).GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0]).ToList();
        Assert.Equal("{}", string.Concat(pieces.Select(piece => piece.GetProperty("function").Text("arguments"))));
        Assert.Single(pieces, piece => piece.Has("extra_content"));
    }

    [Fact]
    public void A_piece_of_a_call_that_holds_a_signature_alone_still_has_arguments_to_add()
    {
        var events = Events(Chat.Stream(Request, sink =>
        {
            sink.ToolStart(0, 0, "call_1", "get_weather");
            sink.State(0, 0, OpaqueState.Of(StateKind.GeminiThoughtSignature, "gemini-3-pro", "QQ=="));
            sink.ToolArguments(0, 0, "{}"u8);
        }));
        var pieces = events.Where(data => data.Contains("\"tool_calls\":[", StringComparison.Ordinal))
            .Select(data => Json.Parse(data).GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0]).ToList();
        Assert.Equal(["", "", "{}"], pieces.Select(piece => piece.GetProperty("function").Text("arguments")));
        Assert.NotEqual("", pieces[1].GetProperty("extra_content").GetProperty("google").Text("thought_signature"));
    }

    [Fact]
    public void An_answer_without_text_still_has_its_role_and_its_finish()
    {
        var events = Events(Chat.Stream(Request, sink =>
        {
            sink.Stop(0, StopReason.Length);
            sink.End();
        }));
        Assert.Equal(3, events.Count);
        Assert.Equal("assistant", Json.Parse(events[0]).GetProperty("choices")[0].GetProperty("delta").Text("role"));
        Assert.Equal("length", Json.Parse(events[1]).GetProperty("choices")[0].Text("finish_reason"));
    }

    [Fact]
    public void Estimated_counts_are_not_told_as_if_they_were_reported()
    {
        var stream = Chat.Stream(WithUsage, sink =>
        {
            sink.Text(0, "a"u8);
            sink.Stop(0, StopReason.Stop);
            sink.Usage(new Usage(1, 1, Origin: UsageOrigin.Estimated));
            sink.End();
        });
        Assert.DoesNotContain("prompt_tokens", stream, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_probabilities_stand_on_the_delta_and_none_is_lost()
    {
        var events = Events(Chat.Stream(Request, sink =>
        {
            sink.Logprobs(0, """{"token":"x","logprob":-1}"""u8);
            sink.Logprobs(0, """{"token":"a","logprob":-2}"""u8);
            sink.Text(0, "a"u8);
            sink.Text(0, "b"u8);
            sink.Logprobs(0, """{"token":"z","logprob":-3}"""u8);
            sink.Stop(0, StopReason.Stop);
            sink.End();
        }));
        var tokens = events.SkipLast(1).Select(Json.Parse).SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
            .Where(choice => choice.Has("logprobs"))
            .Select(choice => string.Concat(choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(entry => entry.Text("token"))));
        Assert.Equal(["xa", "z"], tokens);
    }

    [Fact]
    public void Calls_start_with_id_and_name_and_go_on_with_their_index_alone()
    {
        var deltas = Events(Chat.Stream(Request, sink =>
        {
            sink.ToolStart(0, 0, "c\"1", "f");
            sink.ToolArguments(0, 0, """{\"a\":"""u8);
            sink.ToolArguments(0, 0, "1}"u8);
            sink.ToolEnd(0, 0);
            sink.Stop(0, StopReason.ToolCalls);
            sink.End();
        })).SkipLast(1).Select(Json.Parse).Select(chunk => chunk.GetProperty("choices")[0]).ToList();
        Assert.Equal("""{"tool_calls":[{"index":0,"id":"c\"1","type":"function","function":{"name":"f","arguments":""}}]}""", deltas[1].GetProperty("delta").GetRawText());
        Assert.Equal("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}""", deltas[2].GetProperty("delta").GetRawText());
        Assert.Equal("""{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}""", deltas[3].GetProperty("delta").GetRawText());
        Assert.Equal("tool_calls", deltas[4].Text("finish_reason"));
    }

    private static List<string> Events(string stream)
    {
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        var events = stream[..^2].Split("\n\n");
        Assert.All(events, item => Assert.StartsWith("data: ", item, StringComparison.Ordinal));
        return [.. events.Select(item => item["data: ".Length..])];
    }

    private static void AssertLegal(string stream, ChatRequest request, CheckedEvents expected)
    {
        var events = Events(stream);
        if (expected.Error is not null)
        {
            Assert.DoesNotContain("[DONE]", events);
            Assert.True(Json.Parse(events[^1]).Has("error"));
            Assert.DoesNotContain(events.SkipLast(1), data => Json.Parse(data).Has("error"));
            return;
        }

        Assert.Equal("[DONE]", events[^1]);
        Assert.Single(events, "[DONE]");
        var chunks = events.SkipLast(1).Select(Json.Parse).ToList();
        Assert.All(chunks, chunk =>
        {
            Assert.Equal("chatcmpl-req-1", chunk.Text("id"));
            Assert.Equal("chat.completion.chunk", chunk.Text("object"));
            Assert.Equal(new ManualTimeProvider().GetUtcNow().ToUnixTimeSeconds(), chunk.GetProperty("created").GetInt64());
            Assert.Equal("My \"model\"", chunk.Text("model"));
        });

        var usageChunks = chunks.FindAll(chunk => chunk.GetProperty("choices").GetArrayLength() == 0);
        Assert.Equal(request.IncludeUsage && expected.Answer.Usage.Origin == UsageOrigin.Reported ? 1 : 0, usageChunks.Count);
        if (usageChunks.Count > 0)
            Assert.Equal(usageChunks[0].GetRawText(), chunks[^1].GetRawText());
        foreach (var chunk in chunks.Except(usageChunks))
            Assert.Equal(request.IncludeUsage, chunk.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Null);
        for (var index = 0; index < expected.Answer.Choices.Count; index++)
            AssertLegalChoice([.. chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()).Where(choice => choice.GetProperty("index").GetInt32() == index)]);
    }

    private static void AssertLegalChoice(List<JsonElement> choices)
    {
        Assert.Equal("assistant", choices[0].GetProperty("delta").Text("role"));
        Assert.DoesNotContain(choices.Skip(1), choice => choice.GetProperty("delta").Has("role"));
        Assert.All(choices.SkipLast(1), choice => Assert.Equal(JsonValueKind.Null, choice.GetProperty("finish_reason").ValueKind));
        Assert.Empty(choices[^1].GetProperty("delta").Names());
        Assert.Contains(choices[^1].Text("finish_reason"), (string[])["stop", "length", "tool_calls", "content_filter"]);
        foreach (var call in choices.Where(choice => choice.GetProperty("delta").Has("tool_calls")).SelectMany(choice => choice.GetProperty("delta").GetProperty("tool_calls").EnumerateArray()))
            Assert.True(!call.Has("id") || call.Text("id")!.Length > 0);
    }
}
