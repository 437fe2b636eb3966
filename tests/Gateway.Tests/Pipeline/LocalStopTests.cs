using System.Net;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Pipeline;

public sealed class LocalStopTests
{
    private static LocallyStoppedReader ReaderOf(int choices) => new(Upstream.Reader(choices), ["END"], choices);

    private static byte[] Delta(int index, string text) => Encoding.UTF8.GetBytes($$"""{"choices":[{"index":{{index}},"delta":{"content":"{{text}}"},"finish_reason":null}]}""");

    [Fact]
    public void A_cut_stream_is_over_at_once_and_what_follows_is_nothing()
    {
        var events = new CheckedEvents();
        var reader = ReaderOf(1);
        reader.ReadEvent(default, Delta(0, "one E"), events);
        Assert.False(events.HasEnded);
        reader.ReadEvent(default, Delta(0, "ND two"), events);
        Assert.True(events.EndedWell);
        reader.ReadEvent(default, Delta(0, "three"), events);
        reader.Complete(events);
        Assert.Equal(("one ", StopReason.StopSequence), (events.Answer.Choices[0].Text.ToString(), events.Answer.Choices[0].StopReason));
        Assert.Equal(UsageOrigin.Absent, events.Answer.Usage.Origin);
    }

    [Fact]
    public void With_more_choices_the_last_one_ends_the_stream()
    {
        var events = new CheckedEvents();
        var reader = ReaderOf(2);
        reader.ReadEvent(default, Delta(0, "aEND"), events);
        reader.ReadEvent(default, Delta(1, "b"), events);
        Assert.False(events.HasEnded);
        reader.ReadEvent(default, Delta(1, "END"), events);
        Assert.True(events.EndedWell);
        Assert.Equal(["a", "b"], events.Answer.Choices.Select(choice => choice.Text.ToString()));
    }

    [Fact]
    public void A_whole_answer_keeps_its_reported_counts()
    {
        var events = new CheckedEvents();
        ReaderOf(1).ReadBody(Encoding.UTF8.GetBytes(ScriptedUpstream.WholeAnswer.Replace("Hello", "HelENDlo", StringComparison.Ordinal)), events);
        Assert.True(events.EndedWell);
        Assert.Equal(("Hel", 2), (events.Answer.Choices[0].Text.ToString(), (int)events.Answer.Usage.OutputTotal));
    }

    [Fact]
    public void A_failure_after_the_cut_of_one_choice_is_a_failure()
    {
        var events = new CheckedEvents();
        var reader = ReaderOf(2);
        reader.ReadEvent(default, Delta(0, "aEND"), events);
        reader.ReadEvent(default, """{"error":{"message":"broken"}}"""u8, events);
        reader.Complete(events);
        Assert.Equal("broken", events.Error?.Message);
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"m","messages":[{"role":"user","content":"hi"}],"options":{"stop":["1","2","3","4","|five|"]}}""", "\"done_reason\":\"stop\"")]
    [InlineData("/v1/chat/completions", """{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}],"stop":["1","2","3","4","|five|"]}""", "\"finish_reason\":\"stop\"")]
    public async Task The_provider_is_cancelled_when_its_stream_is_cut(string path, string request, string finish)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{ "server": "openai" }""");
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("one|fi"), ScriptedUpstream.Delta("ve|two"));
            await gateway.First.ClientLeft.Task;
        };
        var (status, body, response) = await gateway.PostAsync(path, request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"one\"", body, StringComparison.Ordinal);
        Assert.Contains(finish, body, StringComparison.Ordinal);
        Assert.DoesNotContain("|fi", body, StringComparison.Ordinal);
        Assert.Equal("stop=emulated", response.Headers.GetValues("X-Dragoman-Losses").Single());
        Assert.Equal(["1", "2", "3", "4"], GatewayUnderTest.Json(gateway.First.Bodies[0]).GetProperty("stop").EnumerateArray().Select(word => word.GetString()));
        await gateway.First.ClientLeft.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
