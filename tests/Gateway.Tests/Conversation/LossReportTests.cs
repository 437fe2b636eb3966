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

    [Fact]
    public void A_line_is_bounded_and_holds_nothing_that_a_header_may_not()
    {
        var losses = new LossReport();
        losses.Dropped("a\r\nSet-Cookie: é");
        losses.Dropped(new string('x', 5000));
        for (var index = 0; index < 100; index++)
            losses.Dropped($"member_{index}");
        losses.Dropped("member_1");
        var line = losses.ToString();
        Assert.StartsWith("a??Set-Cookie: ?=dropped, xxx", line, StringComparison.Ordinal);
        Assert.EndsWith(", and 78 more", line, StringComparison.Ordinal);
        Assert.True(line.Length < 1000, line);
    }
}
