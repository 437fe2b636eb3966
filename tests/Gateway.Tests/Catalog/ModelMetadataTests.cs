using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Catalog;

public class ModelMetadataTests
{
    [Theory]
    [InlineData("llama3.2:3b", "llama", "3B", 3_000_000_000)]
    [InlineData("qwen2.5-0.5b-instruct", "qwen", "0.5B", 500_000_000)]
    [InlineData("publisher/gemma-2-27b-it", "gemma", "27B", 27_000_000_000)]
    [InlineData("deepseek-r1", "deepseek", "", 0)]
    [InlineData("something-else", "unknown", "", 0)]
    public void A_name_tells_family_and_size(string name, string family, string size, long count)
    {
        var metadata = ModelMetadata.Of(name, null, null);
        Assert.Equal((family, size, count), (metadata.Family, metadata.ParameterSize, metadata.ParameterCount));
        Assert.False(metadata.Capabilities.AreCertain);
    }

    [Theory]
    [InlineData("mistral-small-latest", 131_072, "vision")]
    [InlineData("mistral-small-2603", 131_072, "vision")]
    [InlineData("codestral-latest", 262_144, "insert")]
    [InlineData("codestral-embed", 8_192, "embedding")]
    [InlineData("gpt-5-mini", 400_000, "thinking")]
    public void The_catalog_knows_the_providers_lines(string name, int contextLength, string capability)
    {
        var metadata = ModelMetadata.Of(name, null, null);
        Assert.Equal(contextLength, metadata.ContextLength);
        Assert.True(metadata.Capabilities.Has(capability));
        Assert.True(metadata.Capabilities.AreCertain);
    }

    [Fact]
    public void The_operator_wins_over_the_provider_and_the_provider_over_the_catalogue()
    {
        var listed = new ListedModel("mistral-small-latest", 5, 1_000, ["completion"]);
        Assert.Equal(1_000, ModelMetadata.Of(listed.Id, null, listed).ContextLength);
        Assert.Equal(["completion"], ModelMetadata.Of(listed.Id, null, listed).Capabilities.Names);
        var settings = new ModelSettings("x", []) { ContextLength = 7, Family = "mine" };
        var metadata = ModelMetadata.Of(listed.Id, settings, listed);
        Assert.Equal((7, "mine", "24B"), (metadata.ContextLength, metadata.Family, metadata.ParameterSize));
    }
}
