using System.Text.Json;
using Dragoman.Emulator.Generation;
using Xunit;

namespace Dragoman.Emulator.Tests.Chat;

public sealed class ChatTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private const string Path = "/v1/chat/completions";

    [Fact]
    public async Task The_same_request_gives_the_same_answer_save_ids_and_times()
    {
        var first = await AnswerAsync();
        var second = await AnswerAsync();
        Assert.Equal(first.GetProperty("choices").GetRawText(), second.GetProperty("choices").GetRawText());
        Assert.Equal(first.GetProperty("usage").GetRawText(), second.GetProperty("usage").GetRawText());
        Assert.NotEqual(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());

        async Task<JsonElement> AnswerAsync() => (await emulator.PostAsync(Path, RunningEmulator.User("Hello"))).Body;
    }

    [Fact]
    public async Task Another_request_gives_another_answer()
    {
        var (one, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Hello"));
        var (other, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Hello", ",\"random_seed\":7"));
        Assert.NotEqual(one.Text, other.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"max_tokens\":5")]
    [InlineData(",\"max_tokens\":0")]
    [InlineData(",\"stop\":\".\"")]
    [InlineData(",\"stop\":[\"said: \",\"zz\"]")]
    [InlineData(",\"reasoning_effort\":\"high\"")]
    [InlineData(",\"reasoning_effort\":\"high\",\"max_tokens\":3")]
    [InlineData(",\"response_format\":{\"type\":\"json_object\"}")]
    [InlineData(",\"temperature\":0,\"top_p\":1")]
    public async Task A_stream_and_a_body_say_the_same_and_count_the_same(string more)
    {
        var (body, stream) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Grüße 🚀 \"zitiert\"", more));
        Assert.Equal(body, stream);
        Assert.Equal(body.CompletionTokens + body.PromptTokens, stream.CompletionTokens + stream.PromptTokens);
    }

    [Fact]
    public async Task The_answer_quotes_the_user_and_counts_its_own_tokens()
    {
        var (said, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User("What is the time?"));
        Assert.StartsWith("You said: \"What is the time?\". ", said.Text, StringComparison.Ordinal);
        Assert.Equal(Tokenizer.Count(said.Text), said.CompletionTokens);
        Assert.Equal("stop", said.FinishReason);
        Assert.Contains(said.Text, letter => letter > 127);
    }

    [Fact]
    public async Task A_long_text_is_quoted_in_part_and_never_in_half_a_character()
    {
        var (said, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User(new string('a', 39) + "🚀 and more"));
        Assert.StartsWith($"You said: \"{new string('a', 39)}…\".", said.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Max_tokens_cuts_the_same_text_shorter()
    {
        var (whole, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Hello"));
        var (cut, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Hello", ",\"max_tokens\":9"));
        Assert.Equal("length", cut.FinishReason);
        Assert.Equal(9, cut.CompletionTokens);
        Assert.StartsWith(cut.Text, whole.Text, StringComparison.Ordinal);
        var (exact, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Hello", $",\"max_tokens\":{whole.CompletionTokens}"));
        Assert.Equal(whole, exact);
    }

    [Fact]
    public async Task A_stop_sequence_ends_the_text_before_it()
    {
        var (said, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Hello", ",\"stop\":[\"ell\"]"));
        Assert.Equal("You said: \"H", said.Text);
        Assert.Equal("stop", said.FinishReason);
    }

    [Fact]
    public async Task N_gives_different_choices_of_which_the_first_is_the_only_one_without_n()
    {
        var json = RunningEmulator.User("Hello", ",\"n\":3");
        var (_, body) = await emulator.PostAsync(Path, json);
        var events = (await emulator.StreamAsync(Path, RunningEmulator.User("Hello", ",\"n\":3,\"stream\":true")))[..^1].Select(RunningEmulator.Parse).ToList();
        var texts = Enumerable.Range(0, 3).Select(index => Said.InBody(body, index)).ToList();
        Assert.Equal(3, texts.DistinctBy(said => said.Text).Count());
        for (var index = 0; index < 3; index++)
            Assert.Equal(texts[index], Said.InStream(events, index));
        var (single, _) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Hello"));
        Assert.Equal(single.Text, texts[0].Text);
    }

    [Fact]
    public async Task A_prefix_begins_the_answer()
    {
        var (said, stream) = await emulator.ChatBothWaysAsync(
            """{"model":"mistral-small-latest","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"Well, ","prefix":true}]}""");
        Assert.StartsWith("Well, ", said.Text, StringComparison.Ordinal);
        Assert.Equal(said, stream);
    }

    [Theory]
    [InlineData("mistral-small-latest", ",\"reasoning_effort\":\"high\"", true)]
    [InlineData("mistral-small-latest", ",\"prompt_mode\":\"reasoning\"", true)]
    [InlineData("mistral-small-latest", ",\"reasoning_effort\":\"none\"", false)]
    [InlineData("mistral-small-latest", "", false)]
    [InlineData("magistral-small-latest", "", true)]
    [InlineData("magistral-small-latest", ",\"reasoning_effort\":\"none\"", false)]
    public async Task A_model_thinks_when_it_is_asked_to_or_always_does(string model, string more, bool thinks)
    {
        var (body, stream) = await emulator.ChatBothWaysAsync(RunningEmulator.User("Why?", more, model));
        Assert.Equal(thinks, body.Thinking.Length > 0);
        Assert.Equal(body, stream);
        Assert.Equal(Tokenizer.Count(body.Thinking) + Tokenizer.Count(body.Text), body.CompletionTokens);
    }

    [Fact]
    public async Task A_stream_closes_its_thinking_with_the_first_text()
    {
        var events = await emulator.StreamAsync(Path, RunningEmulator.User("Why?", ",\"stream\":true", "magistral-small-latest"));
        Assert.StartsWith("""{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":""", Delta(events[0]), StringComparison.Ordinal);
        Assert.Single(events, line => line.Contains("""{"type":"thinking","thinking":[],"closed":true},{"type":"text","text":"You"}""", StringComparison.Ordinal));
        Assert.Equal("""{"content":""}""", Delta(events[^2]));

        static string Delta(string line) => RunningEmulator.Parse(line).GetProperty("choices")[0].GetProperty("delta").GetRawText();
    }

    [Fact]
    public async Task Images_are_counted_with_their_type_and_size()
    {
        var (body, stream) = await emulator.ChatBothWaysAsync(
            """
            {"model":"mistral-small-latest","messages":[{"role":"user","content":[{"type":"text","text":"Look"},
            {"type":"image_url","image_url":"data:image/png;base64,iVBORw0KGgo="},
            {"type":"image_url","image_url":{"url":"https://example.com/cat.jpg","detail":"low"}}]}]}
            """);
        Assert.StartsWith("You said: \"Look\". I see 2 images (image/png, 8 bytes; by URL). ", body.Text, StringComparison.Ordinal);
        Assert.Equal(body, stream);
    }

    [Theory]
    [InlineData("data:image/png;base64,@@@")]
    [InlineData("data:image/png,abc")]
    [InlineData("data:text/plain;base64,YWJj")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public async Task An_image_that_cannot_be_read_is_a_400(string url)
    {
        var (status, body) = await emulator.PostAsync(Path,
            $$"""{"model":"mistral-small-latest","messages":[{"role":"user","content":[{"type":"image_url","image_url":"{{url}}"}]}]}""");
        Assert.Equal(400, status);
        Assert.Equal("3310", body.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Chunks_have_the_shape_of_the_recorded_streams()
    {
        var events = await emulator.StreamAsync(Path, RunningEmulator.User("Hi", ",\"stream\":true"));
        var first = RunningEmulator.Parse(events[0]);
        Assert.Equal("chat.completion.chunk", first.GetProperty("object").GetString());
        Assert.Equal("""[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]""", first.GetProperty("choices").GetRawText());
        var last = RunningEmulator.Parse(events[^2]);
        Assert.Equal("""[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]""", last.GetProperty("choices").GetRawText());
        Assert.True(last.TryGetProperty("usage", out _));
        Assert.DoesNotContain(events[..^2], line => line.Contains("\"usage\"", StringComparison.Ordinal));
        Assert.Equal("[DONE]", events[^1]);
    }

    [Fact]
    public async Task One_model_sends_usage_in_a_last_chunk_without_choices()
    {
        var events = await emulator.StreamAsync(Path, RunningEmulator.User("Hi", ",\"stream\":true", "mistral-medium-latest"));
        var last = RunningEmulator.Parse(events[^2]);
        Assert.Equal(0, last.GetProperty("choices").GetArrayLength());
        Assert.True(last.GetProperty("usage").GetProperty("completion_tokens").GetInt32() > 0);
    }
}
