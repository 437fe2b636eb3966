using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Conversation;

public sealed class PromptTests
{
    private static ChatRequest Request() => new() { Model = "m", Turns = [Turn.Of(Role.User, "hi")], Source = JsonMembers.TryRead("{}"u8.ToArray()) };

    [Fact]
    public void A_released_prompt_is_gone_from_every_copy_of_its_request()
    {
        var request = Request();
        var copy = request with { Stream = true };
        copy.Prompt.Release();
        Assert.Empty(request.Turns);
        Assert.True(request.Source is null);
        Assert.Equal("m", request.Model);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Whichever_variant_is_released_all_are(int released)
    {
        var first = Request();
        var second = first with { Turns = [Turn.Of(Role.User, "less")], Source = null };
        ChatRequest[] all = [first, second, second with { Turns = [Turn.Of(Role.User, "even less")] }];
        all[released].Prompt.Release();
        Assert.All(all, request => Assert.True(request.Turns.Count == 0 && request.Source is null));
    }

    [Fact]
    public void Requests_that_were_made_apart_share_nothing()
    {
        var (one, other) = (Request(), Request());
        one.Prompt.Release();
        Assert.Single(other.Turns);
        Assert.Equal(2, other.Source!.Length);
        Assert.Empty(new ChatRequest { Model = "m" }.Turns);
    }

    [Fact]
    public void A_copy_with_the_same_turns_has_the_same_prompt()
    {
        var request = Request();
        Assert.Same(request.Prompt, (request with { Turns = request.Turns, Source = request.Source }).Prompt);
        Assert.Equal(request, request with { Turns = request.Turns });
    }

    [Fact]
    public void A_request_that_was_read_has_the_JSON_that_it_was_read_from_until_it_is_released()
    {
        var source = JsonMembers.TryRead("{}"u8.ToArray());
        foreach (var read in new[] { new ChatRequest { Model = "m", Turns = [Turn.Of(Role.User, "hi")] }, new ChatRequest { Model = "m" } })
        {
            var request = read.From(source);
            Assert.Same(source, request.Source);
            Assert.Equal(read.Turns, request.Turns);
            request.Release();
            Assert.True(request.Source is null);
        }

        Assert.True(new ChatRequest { Model = "m" }.Source is null);
    }
}
