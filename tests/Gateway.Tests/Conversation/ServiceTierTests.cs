using System.Text;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

public sealed class ServiceTierTests
{
    [Theory]
    [InlineData("", ServiceTier.Standard)]
    [InlineData("default", ServiceTier.Standard)]
    [InlineData("standard", ServiceTier.Standard)]
    [InlineData("auto", ServiceTier.Standard)]
    [InlineData("on_demand", ServiceTier.Standard)]
    [InlineData("ON_DEMAND", ServiceTier.Standard)]
    [InlineData("flex", ServiceTier.Flex)]
    [InlineData("ON_DEMAND_FLEX", ServiceTier.Flex)]
    [InlineData("batch", ServiceTier.Batch)]
    [InlineData("priority", ServiceTier.Priority)]
    [InlineData("fast", ServiceTier.Priority)]
    [InlineData("ON_DEMAND_PRIORITY", ServiceTier.Priority)]
    [InlineData("ultrafast", ServiceTier.Ultrafast)]
    [InlineData("scale", ServiceTier.Unlisted)]
    [InlineData("PROVISIONED_THROUGHPUT", ServiceTier.Unlisted)]
    public void A_word_of_the_wire_is_a_tier(string word, ServiceTier expected) => Assert.Equal(expected, ServiceTiers.Of(Encoding.UTF8.GetBytes(word)));

    [Fact]
    public void Price_lists_have_a_word_for_each_tier_and_region()
    {
        Assert.Equal(Enum.GetNames<ServiceTier>().SkipLast(1).Select(name => name.ToLowerInvariant()), ServiceTiers.Words);
        Assert.Equal(Enum.GetNames<ServingRegion>().SkipLast(1).Select(name => name.ToLowerInvariant()), ServingRegions.Words.Select(word => word.Replace("-", "", StringComparison.Ordinal)));
    }
}
