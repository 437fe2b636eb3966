using System.Text;
using Dragoman.Bench.Streams;
using Xunit;

namespace Dragoman.Bench.Tests.Streams;

public class PacedEventsTests
{
    [Theory]
    [InlineData("/v1/chat/completions", "data: ")]
    [InlineData("/anthropic/v1/messages", "event: content_block_delta\ndata: ")]
    public void ATokenOfEachWireCanBeReadAgain(string path, string start)
    {
        var events = PacedEvents.OfPath(path);
        var token = events.Token.ToArray();
        PacedToken.Write(token.AsSpan(events.TokenAt), 17, 12345678);
        Assert.True(PacedToken.TryRead(token, out var number, out var due));
        Assert.Equal((17, 12345678), (number, due));
        Assert.StartsWith(start, Encoding.UTF8.GetString(token), StringComparison.Ordinal);
        Assert.EndsWith("\n\n", Encoding.UTF8.GetString(events.Opening), StringComparison.Ordinal);
        Assert.False(PacedToken.TryRead(events.Opening, out _, out _));
        Assert.EndsWith("\n\n", Encoding.UTF8.GetString(events.EndAfter(3)), StringComparison.Ordinal);
    }
}
