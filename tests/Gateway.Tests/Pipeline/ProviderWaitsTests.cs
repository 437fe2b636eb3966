using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

public sealed class ProviderWaitsTests
{
    [Fact]
    public void Waits_that_overlap_count_once_and_one_that_goes_on_counts_too()
    {
        var clock = new ManualTimeProvider();
        var waits = new ProviderWaits(clock);
        Pass(5);
        using (waits.Begin())
        {
            Pass(1);
            var second = waits.Begin();
            Pass(2);
            Assert.Equal(TimeSpan.FromSeconds(3), waits.Total);
            second.Dispose();
            Pass(4);
        }

        Pass(5);
        Assert.Equal(TimeSpan.FromSeconds(7), waits.Total);
        using (waits.Begin())
            Pass(1);
        Assert.Equal(TimeSpan.FromSeconds(8), waits.Total);

        void Pass(int seconds) => clock.Advance(TimeSpan.FromSeconds(seconds));
    }
}
