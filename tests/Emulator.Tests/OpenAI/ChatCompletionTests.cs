using System.Text.Json;
using Xunit;

namespace Dragoman.Emulator.Tests.OpenAI;

public sealed class ChatCompletionTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Path = "/openai/v1/chat/completions";
    private const string Tools = """,{"type":"function","function":{"name":"get_time","parameters":{"type":"object","properties":{"zone":{"type":"string"}},"required":["zone"]}}}""";

    private static string Ask(string more = "", string model = "gpt-4.1-mini") => RunningEmulator.User("weather get_time", more, model);

    [Fact]
    public async Task Chunks_come_in_OpenAIs_order()
    {
        var events = await emulator.StreamAsync(Path, Ask(""","stream":true,"stream_options":{"include_usage":true}"""));
        Assert.Equal("[DONE]", events[^1]);
        var chunks = events[..^1].ConvertAll(RunningEmulator.Parse);
        var first = chunks[0].GetProperty("choices")[0].GetProperty("delta");
        Assert.Equal("assistant", first.GetProperty("role").GetString());
        Assert.Equal("", first.GetProperty("content").GetString());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("refusal").ValueKind);
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal("stop", chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.All(chunks[..^1], chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.All(chunks, chunk => Assert.NotEqual("", chunk.GetProperty("obfuscation").GetString()));
        Assert.Equal("gpt-4.1-mini-2025-04-14", chunks[0].GetProperty("model").GetString());
    }

    [Fact]
    public async Task Calls_stream_in_fragments_that_name_a_call_once()
    {
        var request = Ask($$""","tools":[{{Tools[1..]}}],"stream":true""");
        var deltas = (await emulator.StreamAsync(Path, request))[..^1].ConvertAll(RunningEmulator.Parse)
            .ConvertAll(chunk => chunk.GetProperty("choices")[0].GetProperty("delta"));
        var calls = deltas.Where(delta => delta.TryGetProperty("tool_calls", out _)).Select(delta => delta.GetProperty("tool_calls")[0]).ToList();
        Assert.StartsWith("call_", calls[0].GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("get_time", calls[0].GetProperty("function").GetProperty("name").GetString());
        Assert.All(calls[1..], call => Assert.False(call.TryGetProperty("id", out _)));
        var arguments = RunningEmulator.Parse(string.Concat(calls.Select(call => call.GetProperty("function").GetProperty("arguments").GetString())));
        Assert.Equal(JsonValueKind.String, arguments.GetProperty("zone").ValueKind);
    }

    [Theory]
    [InlineData("gpt-5", ",\"max_tokens\":5", "unsupported_parameter", "max_tokens")]
    [InlineData("o3", ",\"temperature\":0.2", "unsupported_value", "temperature")]
    [InlineData("o4-mini", ",\"top_p\":0.2", "unsupported_parameter", "top_p")]
    [InlineData("gpt-5-mini", ",\"presence_penalty\":1", "unsupported_parameter", "presence_penalty")]
    [InlineData("gpt-5-mini", ",\"logprobs\":true", "unsupported_parameter", "logprobs")]
    [InlineData("gpt-5", ",\"reasoning_effort\":\"none\"", "unsupported_value", "reasoning_effort")]
    [InlineData("gpt-4.1", ",\"reasoning_effort\":\"low\"", "unsupported_parameter", "reasoning_effort")]
    [InlineData("gpt-4.1", ",\"whatever\":1", "unknown_parameter", "whatever")]
    [InlineData("gpt-4.1", ",\"n\":0", "integer_below_min_value", "n")]
    [InlineData("gpt-4.1", ",\"tool_choice\":\"auto\"", null, "tool_choice")]
    [InlineData("gpt-4.1", ",\"response_format\":{\"type\":\"json_object\"}", null, "messages")]
    public async Task A_refusal_names_the_parameter(string model, string more, string? code, string param)
    {
        var (status, body) = await emulator.PostAsync(Path, Ask(more, model));
        Assert.Equal(400, status);
        var error = body.GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("gpt-5.2", "", 400)]
    [InlineData("gpt-5.2", ",\"reasoning_effort\":\"none\"", 200)]
    [InlineData("gpt-5.6-terra", ",\"reasoning_effort\":\"low\"", 400)]
    [InlineData("gpt-5", "", 200)]
    [InlineData("gpt-5-chat-latest", ",\"temperature\":0.2", 200)]
    public async Task Newer_models_take_functions_only_without_reasoning(string model, string more, int expected)
    {
        var (status, _) = await emulator.PostAsync(Path, Ask($$""","tools":[{{Tools[1..]}}]{{more}}""", model));
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task Reasoning_is_counted_and_not_shown_and_uses_the_limit_up()
    {
        var (_, body) = await emulator.PostAsync(Path, Ask(",\"max_completion_tokens\":4", "gpt-5"));
        var usage = body.GetProperty("usage");
        Assert.Equal(4, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(4, usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        var choice = body.GetProperty("choices")[0];
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("", choice.GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_compatible_server_shows_reasoning_and_takes_what_it_does_not_know()
    {
        var (status, body) = await emulator.PostAsync("/compat/v1/chat/completions", Ask(",\"whatever\":1,\"top_k\":3,\"max_tokens\":500", "gpt-5"));
        Assert.Equal(200, status);
        Assert.NotEqual("", body.GetProperty("choices")[0].GetProperty("message").GetProperty("reasoning_content").GetString());
        Assert.Equal("gpt-5", body.GetProperty("model").GetString());
    }

    [Fact]
    public async Task A_call_without_its_result_is_refused()
    {
        const string Json = """{"model":"gpt-4.1","messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]}]}""";
        var (status, body) = await emulator.PostAsync(Path, Json);
        Assert.Equal(400, status);
        Assert.Contains("did not have response messages: call_1", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
