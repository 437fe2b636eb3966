using Dragoman.Configuration;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Memory;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Pipeline.Memory;

public sealed class GrowingRoomTests : IDisposable
{
    private const int Uncounted = 256 * 1024;

    private readonly GatewayRuntime runtime;
    private readonly Exchange exchange;

    public GrowingRoomTests()
    {
        var configuration = ConfigurationReader.Read("""{ "limits": { "memoryBytes": 100000000 } }""", "test", new Dictionary<string, string>());
        runtime = new GatewayRuntime(new GatewaySnapshot(configuration, TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance, handsOver: false);
        exchange = new Exchange(new DefaultHttpContext(), runtime, new OpenAIChat().Errors, "r");
    }

    public void Dispose()
    {
        exchange.Release();
        runtime.Dispose();
    }

    [Fact]
    public void Few_bytes_are_not_counted()
    {
        var room = new GrowingRoom(exchange);
        room.Add(Uncounted);
        Assert.Equal((Uncounted, 0), (room.Bytes, exchange.Memory.Held));
    }

    /// <summary>Everything except the first bytes is counted, never twice as much as there is, and in few steps.</summary>
    [Theory]
    [InlineData(1000)]
    [InlineData(50_000)]
    [InlineData(3_000_000)]
    public void What_is_there_is_held_however_it_came(int piece)
    {
        var room = new GrowingRoom(exchange);
        var steps = 0;
        for (var held = 0L; room.Bytes < 9_000_000;)
        {
            room.Add(piece);
            Assert.InRange(exchange.Memory.Held, room.Bytes - Uncounted, Math.Max(Uncounted, room.Bytes * 3 / 2));
            steps += exchange.Memory.Held == held ? 0 : 1;
            held = exchange.Memory.Held;
        }

        Assert.InRange(steps, 1, 12);
    }
}
