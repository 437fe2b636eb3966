using System.Text.Json;
using Xunit;

namespace Dragoman.Emulator.Tests.Completions;

public sealed class TextCompletionTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Legacy = "/v1/completions";
    private const string Fim = "/v1/fim/completions";

    [Fact]
    public async Task A_legacy_stream_and_body_say_the_same()
    {
        var (status, body) = await emulator.PostAsync(Legacy, """{"model":"mistral-small-latest","prompt":"Once","max_tokens":9,"logit_bias":{},"unknown":1}""");
        Assert.Equal(200, status);
        Assert.Equal("text_completion", body.GetProperty("object").GetString());
        var text = body.GetProperty("choices")[0].GetProperty("text").GetString()!;
        Assert.Contains("Once", text, StringComparison.Ordinal);
        Assert.Equal("length", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());

        var events = await emulator.StreamAsync(Legacy, """{"model":"mistral-small-latest","prompt":"Once","max_tokens":9,"logit_bias":{},"unknown":1,"stream":true}""");
        Assert.Equal("[DONE]", events[^1]);
        var chunks = events[..^1].Select(RunningEmulator.Parse).ToList();
        Assert.Equal(text, string.Concat(chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("text").GetString())));
        Assert.Equal(body.GetProperty("usage").GetRawText(), chunks[^1].GetProperty("usage").GetRawText());
    }

    [Fact]
    public async Task Include_usage_puts_usage_into_a_last_chunk_of_its_own()
    {
        var events = await emulator.StreamAsync(Legacy, """{"model":"mistral-small-latest","prompt":"Once","stream":true,"stream_options":{"include_usage":true}}""");
        var last = RunningEmulator.Parse(events[^2]);
        Assert.Equal(0, last.GetProperty("choices").GetArrayLength());
        Assert.True(last.TryGetProperty("usage", out _));
        Assert.False(RunningEmulator.Parse(events[^3]).TryGetProperty("usage", out _));
    }

    [Fact]
    public async Task Several_prompts_are_numbered_prompt_by_prompt()
    {
        var (_, body) = await emulator.PostAsync(Legacy, """{"model":"mistral-small-latest","prompt":["first","second"],"n":2,"echo":true}""");
        var choices = body.GetProperty("choices").EnumerateArray().ToArray();
        Assert.Equal([0, 1, 2, 3], choices.Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.StartsWith("first", choices[1].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("second", choices[2].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"mistral-small-latest","prompt":[1,2,3]}""", 200)]
    [InlineData("""{"model":"mistral-small-latest"}""", 422)]
    [InlineData("""{"model":"mistral-small-latest","prompt":{}}""", 422)]
    [InlineData("""{"model":"mistral-small-latest","prompt":["a",7]}""", 422)]
    [InlineData("""{"model":"nope","prompt":"a"}""", 400)]
    public async Task A_legacy_request_is_read_leniently(string json, int expected)
    {
        var (status, _) = await emulator.PostAsync(Legacy, json);
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task Fim_answers_in_the_shape_of_a_chat()
    {
        var (body, stream) = await emulator.ChatBothWaysAsync("""{"model":"codestral-latest","prompt":"def f(","suffix":"return x","max_tokens":12}""", Fim);
        Assert.NotEmpty(body.Text);
        Assert.Equal(body, stream);
        Assert.True(body.PromptTokens > 0);
    }

    [Theory]
    [InlineData("""{"model":"codestral-latest","prompt":"a","messages":[]}""", 422)]
    [InlineData("""{"model":"codestral-latest"}""", 422)]
    [InlineData("""{"model":"mistral-small-latest","prompt":"a"}""", 400)]
    public async Task A_wrong_fim_request_is_refused(string json, int expected)
    {
        var (status, body) = await emulator.PostAsync(Fim, json);
        Assert.Equal(expected, status);
        Assert.Equal(JsonValueKind.String, body.GetProperty("type").ValueKind);
    }
}
