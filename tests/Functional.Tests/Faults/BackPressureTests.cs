using Dragoman.Functional.Tests.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>
/// A client that reads slowly slows its upstream: bytes that it has not read wait at the provider, not in the gateway. The
/// connection of a client that stops reading is closed after <c>limits.stalledClientSeconds</c>.
/// </summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public class BackPressureTests(FaultDeployment deployment, ITestOutputHelper report)
{
    /// <summary>
    /// The most bytes in transit for one client: the buffers of all hops, a small part of a nearly endless answer. The kernel
    /// lets two buffers grow that are not the gateway's: the test's own proxy sends from up to 4 MiB, and nginx reads into more.
    /// </summary>
    private const long MostOnTheWay = 16 * 1024 * 1024;

    private const int SmallBuffer = 16 * 1024;
    private const int Step = 256 * 1024;

    /// <summary>The memory that one stream may use in its process, in bytes.</summary>
    private const long MostMemory = 1024 * 1024;

    /// <summary>A stream stands still when nothing was forwarded for this long.</summary>
    private static readonly TimeSpan StandingStill = TimeSpan.FromMilliseconds(300);

    /// <summary>Streams that are passed through and streams that are translated.</summary>
    public static TheoryData<string, string, string> Ways => new()
    {
        { "nginx", "openai-chat", "openai" }, { "nginx", "ollama-chat", "anthropic" },
        { "sidecar", "openai-responses", "responses" }, { "functions", "anthropic-messages", "gemini" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_a_client_does_not_read_waits_at_the_provider(string way, string client, string provider)
    {
        using var asking = await FloodAsync(DoorOf(way), client, provider);
        var waiting = await StandstillAsync(asking.Exchange);
        report.WriteLine($"{way}, {client} from {provider}: {waiting >> 10} KiB on the way to a client that reads nothing");
        Assert.InRange(waiting, 1, MostOnTheWay);

        // The stream continues as the client continues to read.
        for (var time = 0; time < 3; time++)
        {
            for (long read = 0; asking.Exchange.Passed == waiting; read += Step)
            {
                Assert.InRange(read, 0, 2 * MostOnTheWay);
                await asking.Client.ReadAsync(Step);
            }

            var passed = await StandstillAsync(asking.Exchange);
            Assert.InRange(passed - waiting, 1, 2 * MostOnTheWay);
            waiting = passed;
        }
    }

    [Fact]
    public async Task Many_of_them_take_little_memory()
    {
        const int many = 64;
        using (await FloodAsync(deployment.Sidecar.Address, "ollama-chat", "openai"))
            ProcessUse.ForgetPeak(deployment.Sidecar.Id);
        var before = ProcessUse.Memory(deployment.Sidecar.Id);

        var floods = await Task.WhenAll(Enumerable.Range(0, many).Select(_ => FloodAsync(deployment.Sidecar.Address, "ollama-chat", "openai")));
        await Task.WhenAll(floods.Select(flood => StandstillAsync(flood.Exchange)));

        var each = (ProcessUse.PeakMemory(deployment.Sidecar.Id) - before) / many;
        report.WriteLine($"{each >> 10} KiB of memory for each of {many} streams whose clients read nothing");
        foreach (var flood in floods)
            flood.Dispose();
        Assert.InRange(each, long.MinValue, MostMemory);
    }

    [Theory]
    [InlineData("sidecar", "ollama-chat", "mistral")]
    [InlineData("sidecar", "openai-chat", "openai")]
    [InlineData("nginx", "anthropic-messages", "openai")]
    [InlineData("nginx", "openai-responses", "responses")]
    public async Task A_client_that_stops_reading_is_cut(string way, string client, string provider)
    {
        await using var sidecar = await deployment.StartAsync("sidecar", """{ "stalledClientSeconds": 1.1 }""");
        await using var door = way == "nginx" ? await NginxFrontDoor.StartAsync(sidecar.Address.Authority, null) : null;

        using var asking = await FloodAsync(door?.Address ?? sidecar.Address, client, provider);
        await asking.Exchange.Left.WaitAsync(Eventually.Deadline);

        await Eventually.HoldsAsync(
            () => sidecar.Lines.Any(line => line.Contains($"settled {asking.RequestId} ", StringComparison.Ordinal) && line.Contains(" ClientLeft ", StringComparison.Ordinal)),
            () => $"not settled as left:\n{sidecar.Log}");
        // What the client reads now must not look like a complete answer.
        var rest = "";
        try
        {
            rest = await asking.Client.ReadAsync(long.MaxValue);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The connection was closed.
        }

        Assert.DoesNotContain("\r\n0\r\n\r\n", rest, StringComparison.Ordinal);
    }

    private Uri DoorOf(string way) => way switch
    {
        "sidecar" => deployment.Sidecar.Address,
        "functions" => deployment.Functions.Address,
        _ => deployment.Door.Address,
    };

    /// <summary>Requests an endless answer and reads its head.</summary>
    private async Task<Asking> FloodAsync(Uri door, string client, string provider)
    {
        var (speaking, answering) = (ClientDialect.Of(client), ProviderDialect.Of(provider));
        var passage = deployment.Proxy.Plan(FaultPlan.None with { Instead = EndlessAnswer.Of(speaking, answering, "text") });
        using var request = speaking.Ask($"{provider}/{answering.Model}", $"Say {passage.Marker}", stream: true);
        var requestId = $"floods-{passage.Marker}";
        request.Headers.Add("X-Request-Id", requestId);
        var asking = await RawClient.SendAsync(door, request, SmallBuffer);
        await asking.ReadUntilAsync("\r\n\r\n");
        return new Asking(asking, await passage.First, requestId);
    }

    /// <summary>The number of bytes that the provider has sent when the stream stands still.</summary>
    private static async Task<long> StandstillAsync(ProxiedExchange exchange)
    {
        var passed = -1L;
        var since = DateTime.UtcNow;
        await Eventually.HoldsAsync(
            () =>
            {
                if (exchange.Passed != passed)
                    (passed, since) = (exchange.Passed, DateTime.UtcNow);
                return DateTime.UtcNow - since > StandingStill;
            },
            () => $"{exchange.Passed} bytes and no standstill");
        return passed;
    }

    private sealed record Asking(RawClient Client, ProxiedExchange Exchange, string RequestId) : IDisposable
    {
        public void Dispose() => Client.Dispose();
    }
}
