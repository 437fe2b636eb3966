using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects.OpenAICompletions;

public sealed class OpenAICompletionsTests
{
    private static readonly Dragoman.Dialects.OpenAICompletions.OpenAICompletions Completions = new();
    private static readonly ChatRequest Request = Completions.Read("""{"model":"m","prompt":"Once \"upon\""}""");

    public static TheoryData<string> Answers => [.. WireFixture.ChatCompletions.Where(fixture => !fixture.IsHttpError).Select(fixture => fixture.Name)];

    [Fact]
    public void A_request_is_read()
    {
        var request = Completions.Read("""{"model":"m","prompt":["p"],"suffix":"s","echo":true,"max_tokens":5,"n":2,"best_of":2,"stop":"x","stream":true,"stream_options":{"include_usage":true},"user":"u","logprobs":null}""");
        Assert.Equal(new TextCompletion("p", "s", true), request.Completion);
        Assert.Equal((5, 2, true, true), (request.Sampling.MaxOutputTokens!.Value, request.Sampling.Choices!.Value, request.Stream, request.IncludeUsage));
        Assert.Equal(["user"], request.Extensions.Keys);
        Assert.Equal([(Role.User, "p")], request.Turns.Select(turn => (turn.Role, turn.Text)));
        Assert.Null(Completions.Read("""{"model":"m","prompt":"p","suffix":""}""").Completion!.Suffix);
    }

    [Theory]
    [InlineData("\"prompt\":null", "prompt")]
    [InlineData("\"prompt\":7", "prompt")]
    [InlineData("\"prompt\":[1,2]", "prompt")]
    [InlineData("\"prompt\":[[1]]", "prompt")]
    [InlineData("\"prompt\":\"p\",\"model\":7", "model")]
    [InlineData("\"prompt\":\"p\",\"suffix\":7", "suffix")]
    [InlineData("\"prompt\":\"p\",\"echo\":\"yes\"", "echo")]
    [InlineData("\"prompt\":\"p\",\"best_of\":3", "best_of")]
    [InlineData("\"prompt\":\"p\",\"logprobs\":2", "logprobs")]
    [InlineData("\"prompt\":\"p\",\"max_tokens\":0", "max_tokens")]
    [InlineData("\"prompt\":\"p\",\"temperature\":3", "temperature")]
    [InlineData("\"prompt\":\"p\",\"stream\":7", "stream")]
    public void A_wrong_member_is_named(string member, string field) => Completions.Refuses($"{{\"model\":\"m\",{member}}}", field);

    [Fact]
    public void Several_prompts_have_their_answers_one_behind_the_other()
    {
        var request = Completions.Read("""{"model":"m","prompt":["a","b","c"],"n":2,"echo":true}""");
        Assert.Equal(6, request.ExpectedChoices);
        Assert.Equal(["a", "a", "b", "b", "c", "c"], Enumerable.Range(0, 6).Select(choice => request.Completion!.PromptOf(choice, 2)));
        Completions.Refuses("""{"model":"m","prompt":[]}""", "prompt");
        Completions.Refuses("""{"model":"m","prompt":[1,2]}""", "prompt");
    }

    [Fact]
    public void A_suffix_wants_a_model_that_inserts()
    {
        var certain = new ModelCapabilities([ModelCapabilities.Completion], AreCertain: true);
        Assert.Equal("suffix", Completions.FindMissingCapability(Completions.Read("""{"model":"m","prompt":"p","suffix":"s"}"""), certain)!.Field);
        Assert.Null(Completions.FindMissingCapability(Request, certain));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_stream_is_legal_and_decodes_to_the_same_text(string name)
    {
        var fixture = WireFixture.Named(name);
        var expected = Upstream.Play(fixture);
        var request = Request with { IncludeUsage = true };
        var stream = Completions.Stream(fixture, request);
        var events = stream[..^2].Split("\n\n").Select(item => item["data: ".Length..]).ToList();
        var again = Upstream.PlayText(stream, expectedChoices: expected.Answer.Choices.Count);
        if (expected.Error is { } error)
        {
            Assert.Equal(error.Message, again.Error!.Message);
            Assert.DoesNotContain("[DONE]", events);
            return;
        }

        Assert.Equal("[DONE]", events[^1]);
        var chunks = events.SkipLast(1).Select(Json.Parse).ToList();
        Assert.All(chunks, chunk => Assert.Equal(("cmpl-req-1", "text_completion"), (chunk.Text("id"), chunk.Text("object"))));
        for (var index = 0; index < expected.Answer.Choices.Count; index++)
        {
            var choices = chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()).Where(choice => choice.GetProperty("index").GetInt32() == index).ToList();
            var choice = expected.Answer.Choices[index];
            Assert.Equal(choice.Text.ToString() + choice.Refusal, string.Concat(choices.Select(item => item.Text("text"))));
            Assert.Single(choices, item => item.GetProperty("finish_reason").ValueKind == JsonValueKind.String);
            Assert.Contains(choices[^1].Text("finish_reason"), (string[])["stop", "length", "content_filter"]);
        }

        Assert.Equal(expected.Answer.Usage with { CacheWrite = 0 }, again.Answer.Usage);
    }

    [Fact]
    public void An_echo_comes_once_for_each_choice_even_when_nothing_follows()
    {
        var request = Completions.Read("""{"model":"m","prompt":"Once \"upon\"","echo":true,"n":2}""");
        var again = Upstream.PlayText(Completions.Stream(request, events =>
        {
            events.Text(0, " a"u8);
            events.Text(0, " time"u8);
            events.Stop(0, StopReason.Stop);
            events.Stop(1, StopReason.Length);
            events.End();
        }));
        Assert.Equal(["Once \"upon\" a time", "Once \"upon\""], again.Answer.Choices.Select(choice => choice.Text.ToString()));
    }

    [Fact]
    public void A_whole_answer_decodes_to_the_same_answer()
    {
        var expected = Upstream.Play(WireFixture.Named("openai-completions/nonstream-batch")).Answer;
        var json = Completions.Answer(Request, expected);
        Assert.Equal("text_completion", json.Text("object"));
        var again = Upstream.PlayBody(Encoding.UTF8.GetBytes(json.GetRawText())).Answer;
        ExpectedAnswer.Same(expected, again);
        Assert.Equal(expected.Usage, again.Usage);
    }
}
