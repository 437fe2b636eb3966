using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;

namespace Dragoman.Gateway.Tests.Dialects.ChatCompletions;

public sealed class ResponsesModelsTests
{
    [Theory]
    [InlineData("ollama", "gpt-5.1", true, null, true)]
    [InlineData("anthropic", "gpt-5.1", true, null, true)]
    [InlineData("anthropic", "gpt-5.1", true, false, false)]
    [InlineData("ollama", "gpt-5.1", null, null, false)]
    [InlineData("ollama", "gpt-5.1", false, null, false)]
    [InlineData("ollama", "gpt-4.1", true, null, false)]
    [InlineData("openai", "gpt-5.1", true, null, false)]
    [InlineData("openai", "gpt-5.1", true, true, true)]
    public void Reasoning_that_is_shown_comes_from_Responses(string family, string model, bool? enabled, bool? isVisible, bool expected)
    {
        var request = new ChatRequest { Model = "m", Reasoning = new ReasoningRequest(enabled, null) { IsVisible = isVisible } }.From(family);
        Assert.Equal(expected, ResponsesModels.Needs(model, request));
    }
}
