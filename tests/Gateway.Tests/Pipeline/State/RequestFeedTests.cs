using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Pipeline.State;

namespace Dragoman.Gateway.Tests.Pipeline.State;

public class RequestFeedTests
{
    [Fact]
    public void A_slow_listener_loses_the_oldest_and_is_told_how_many()
    {
        var feed = new RequestFeed();
        Assert.False(feed.HasListeners);
        using (var listener = feed.TryListen(null)!)
        {
            Assert.True(feed.HasListeners);
            for (var number = 0; number < RequestListener.Capacity + 5; number++)
                feed.Publish(Settled($"{number}", "red"));
            Assert.Equal(5, listener.TakeDropped());
            Assert.Equal(0, listener.TakeDropped());
            Assert.True(listener.Requests.TryRead(out var first));
            Assert.Equal("5", first.RequestId);
        }

        Assert.False(feed.HasListeners);
    }

    [Fact]
    public void A_listener_of_a_team_gets_nothing_of_others()
    {
        var feed = new RequestFeed();
        using var red = feed.TryListen("red")!;
        using var all = feed.TryListen(null)!;
        feed.Publish(Settled("1", "blue"));
        feed.Publish(Settled("2", "red"));
        Assert.True(red.Requests.TryRead(out var only));
        Assert.Equal("2", only.RequestId);
        Assert.False(red.Requests.TryRead(out _));
        Assert.Equal(2, all.Requests.Count);
    }

    [Fact]
    public void The_number_of_listeners_is_limited()
    {
        var feed = new RequestFeed();
        var listeners = Enumerable.Range(0, RequestFeed.MostListeners).Select(_ => feed.TryListen(null)!).ToList();
        Assert.Null(feed.TryListen(null));
        listeners[3].Dispose();
        Assert.NotNull(feed.TryListen(null));
    }

    private static SettledRequest Settled(string id, string team) => new(
        default, id, new Caller { Team = team }, "openai", "m", new Target("p", "u"), Outcome.Completed, null, Usage.Absent, null, TimeSpan.Zero);
}
