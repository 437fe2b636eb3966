using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Telemetry;

namespace Dragoman.Gateway.Tests.Telemetry;

public class GenAITests
{
    [Fact]
    public void Every_dialect_has_the_conventions_name() => Assert.Equal(
        ["anthropic", "azure.ai.openai", "gcp.gemini", "mistral_ai", "openai"],
        ProviderSettings.Dialects.Select(GenAI.NameOf));

    [Fact]
    public void Every_failure_has_a_word_of_its_own()
    {
        var words = Enum.GetValues<ErrorKind>().Select(GenAI.NameOf).ToList();

        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.All(Enum.GetValues<ErrorKind>(), kind => Assert.Equal($"{kind}", GenAI.NameOf(kind).Replace("_", "", StringComparison.Ordinal), ignoreCase: true));
    }

    [Theory]
    [InlineData(StopReason.Stop, "stop")]
    [InlineData(StopReason.StopSequence, "stop")]
    [InlineData(StopReason.Length, "length")]
    [InlineData(StopReason.ContextWindow, "length")]
    [InlineData(StopReason.ToolCalls, "tool_calls")]
    [InlineData(StopReason.ContentFilter, "content_filter")]
    public void A_reason_to_stop_has_the_conventions_word(StopReason reason, string word) => Assert.Equal(word, GenAI.NameOf(reason));
}
