using Dragoman.Configuration;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Providers;

namespace Dragoman.Gateway.Tests.Providers;

public sealed class OpenAIProviderTests
{
    [Theory]
    [InlineData("https://api.openai.com/v1/", null, null)]
    [InlineData("https://eu.api.openai.com/v1/", null, null)]
    [InlineData("http://127.0.0.1:1234/v1/", null, "LM Studio")]
    [InlineData("http://gpu:8000/v1/", null, "vLLM")]
    [InlineData("http://localhost:11434/v1/", null, "Ollama")]
    [InlineData("https://openrouter.ai/api/v1/", null, "compatible server")]
    [InlineData("http://127.0.0.1:1234/v1/", "mistralrs", "mistral.rs")]
    [InlineData("http://127.0.0.1:1234/v1/", "generic", "compatible server")]
    [InlineData("https://proxy.example.com/v1/", "openai", null)]
    [InlineData("https://api.openai.com/v1/", "vllm", "vLLM")]
    public void The_kind_of_server_is_told_or_known_by_its_address(string address, string? told, string? kind) =>
        Assert.Equal(kind, OpenAIProvider.ServerAt(ProviderOptions.None with { Server = told }, new Uri(address))?.Name);

    [Fact]
    public void What_the_operator_says_of_a_server_wins_over_what_is_usual_for_its_kind()
    {
        var address = new Uri("http://127.0.0.1:1234/v1/");
        Assert.Equal(CompatibleServer.LMStudio, OpenAIProvider.ServerAt(ProviderOptions.None, address));
        var server = OpenAIProvider.ServerAt(new ProviderOptions(null, MergesSystem: false, "toolCalls"), address)!;
        Assert.Equal(CompatibleServer.LMStudio with { MergesSystem = false, EchoesReasoning = ReasoningEcho.ToolCalls }, server);
    }
}
