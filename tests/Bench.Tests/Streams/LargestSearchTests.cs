using Dragoman.Bench.Streams;
using Xunit;

namespace Dragoman.Bench.Tests.Streams;

public class LargestSearchTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(1700)]
    [InlineData(9000)]
    [InlineData(40_000)]
    public void TheSearchEndsNearTheLargestNumber(int truth)
    {
        foreach (var search in new[] { LargestSearch.Thorough, LargestSearch.Coarse })
        {
            int good = 0, bad = int.MaxValue, tries = 0;
            for (var next = search.First; next > 0; next = search.NextOf(good, bad))
            {
                if (next <= truth)
                    good = next;
                else
                    bad = next;
                Assert.InRange(++tries, 1, 12);
            }

            Assert.True(good <= truth);
            if (truth >= search.Highest)
                Assert.Equal(search.Highest, good);
            else if (truth >= search.First / 8)
                Assert.True(good >= truth * (1 - search.Precision) - (search.First / 8.0), $"{good} of {truth}");
        }
    }
}
