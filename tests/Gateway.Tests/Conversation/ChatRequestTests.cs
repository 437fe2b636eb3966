using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

public sealed class ChatRequestTests
{
    private static ChatRequest Request() => new() { Model = "m", Turns = [Turn.Of(Role.User, "hi")], Source = new byte[] { 1, 2 } };

    [Fact]
    public void A_forgotten_prompt_is_gone_from_every_copy_that_has_the_same()
    {
        var request = Request();
        var copy = request with { Stream = true };
        copy.ForgetPrompt();
        Assert.Empty(request.Turns);
        Assert.True(request.Source.IsEmpty);
        Assert.Equal("m", request.Model);
    }

    [Fact]
    public void A_copy_with_a_prompt_of_its_own_keeps_it()
    {
        var request = Request();
        var copy = request with { Turns = [Turn.Of(Role.User, "more")] };
        request.ForgetPrompt();
        Assert.Single(copy.Turns);
        Assert.Equal(2, copy.Source.Length);
    }
}
