using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

public sealed class LossReportTests
{
    [Fact]
    public void Losses_are_told_in_one_line_in_their_order()
    {
        var losses = new LossReport();
        Assert.Equal("", losses.ToString());
        losses.Dropped("top_k");
        losses.Clamped("temperature");
        losses.Emulated("raw completion");
        Assert.Equal("top_k=dropped, temperature=clamped, raw completion=emulated", losses.ToString());
        Assert.Equal(3, losses.Losses.Count);
    }

    [Fact]
    public void What_two_translations_lost_alike_is_told_once()
    {
        var losses = new LossReport();
        losses.Dropped("user");
        var other = new LossReport();
        other.Dropped("user");
        other.Emulated("dimensions");
        losses.Add(other);
        Assert.Equal("user=dropped, dimensions=emulated", losses.ToString());
    }
}
