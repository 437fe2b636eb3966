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
        Assert.Equal(3, losses.Items.Count);
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

    [Fact]
    public void What_is_beyond_the_kept_losses_is_counted()
    {
        var losses = new LossReport();
        for (var index = 0; index < LossReport.MostKept + 500; index++)
            losses.Dropped($"member_{index}");
        losses.Dropped("member_7");
        Assert.Equal((LossReport.MostKept, 500), (losses.Items.Count, losses.Others));
        Assert.EndsWith($", and {LossReport.MostKept + 500 - 24} more", losses.ToString(), StringComparison.Ordinal);

        var sum = new LossReport();
        sum.Emulated("before");
        sum.Add(losses);
        Assert.Equal((LossReport.MostKept, 501), (sum.Items.Count, sum.Others));
    }

    /// <summary>While there are few losses, the report searches a list. With many, it uses a set.</summary>
    [Fact]
    public void Many_losses_are_each_kept_once_in_their_order()
    {
        var losses = new LossReport();
        for (var index = 0; index < 100; index++)
        {
            losses.Dropped($"member_{index % 40}");
            losses.Clamped($"member_{index % 20}");
        }

        Assert.Equal(60, losses.Items.Count);
        Assert.Equal(60, losses.Items.Distinct().Count());
        Assert.Equal([.. Enumerable.Range(0, 40).Select(index => $"member_{index}")], losses.Items.Where(loss => loss.Action == LossAction.Dropped).Select(loss => loss.Field));
    }
}
