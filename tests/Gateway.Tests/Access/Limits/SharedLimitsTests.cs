using System.Collections.Concurrent;
using Dragoman.Access;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Stores;
using Dragoman.Stores;
using Xunit.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>Eight processes that want more than a limit allows, over real stores.</summary>
public sealed class SharedLimitsTests(PostgresServer server, ITestOutputHelper output) : IClassFixture<PostgresServer>
{
    private const int Processes = 8;

    public static TheoryData<string, int> Demands => new()
    {
        { "all", 600 },
        { "all", 10 },
        { "one", 600 },
        { "waves", 100 },
    };

    [Theory]
    [MemberData(nameof(Demands))]
    public async Task Requests_over_SQLite(string demand, int limit)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory();
        try
        {
            await using var store = new SqliteStore(Path.Combine(folder.FullName, "store.db"));
            await HammerAsync(store, demand, limit, TimeSpan.FromMinutes(5));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public async Task Requests_over_PostgreSQL()
    {
        server.SkipIfMissing();
        var name = "t" + Guid.NewGuid().ToString("N");
        await server.RunAsync("postgres", $"CREATE DATABASE {name} STRATEGY file_copy");
        await using var store = new PostgresStore(server.To(name));
        await HammerAsync(store, "all", 600, TimeSpan.FromMinutes(5));
    }

    private async Task HammerAsync(IDocumentStore inner, string demand, int limit, TimeSpan time)
    {
        await inner.CheckAsync();
        var store = new SharedStore(inner);
        await using var limits = new LimitsUnderTest(store, Processes);
        var caller = LimitsUnderTest.Requests(limit);
        var random = new Random(5);
        var admitted = new ConcurrentBag<(DateTimeOffset At, long Amount)>();
        var begin = limits.Clock.GetUtcNow();
        while (limits.Clock.GetUtcNow() - begin is var passed && passed < time)
        {
            var requests = new List<Task>();
            for (var process = 0; process < Processes; process++)
            {
                var busy = demand switch
                {
                    "one" => process == 0 || random.Next(100) == 0,
                    "waves" => (int)(passed.TotalSeconds / 7) % Processes == process,
                    _ => true,
                };
                for (var number = busy ? random.Next(1, 2 + (limit / 50)) : 0; number > 0; number--)
                    requests.Add(RequestAsync(limits, process, caller, admitted));
            }

            await limits.DriveAsync(Task.WhenAll(requests));
            await limits.PassAsync(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100));
        }

        var end = limits.Clock.GetUtcNow();
        var most = LimitsUnderTest.MostInAMinute([.. admitted]);
        var used = admitted.Count / ((end - begin).TotalMinutes * limit);
        output.WriteLine($"{inner.GetType().Name} {demand}: at most {most} of {limit} in a minute, {used:P1} used, {store.Reads / (end - begin).TotalSeconds:0.0} reads/s, {store.Writes / (end - begin).TotalSeconds:0.0} writes/s");
        Assert.True(most <= limit, $"{most} of {limit}");
        Assert.True(used >= 0.97, $"{used:P1}");
    }

    private static async Task RequestAsync(LimitsUnderTest limits, int process, Caller caller, ConcurrentBag<(DateTimeOffset At, long Amount)> admitted)
    {
        try
        {
            using var admission = await limits.Processes[process].AdmitAsync(caller, default);
            admitted.Add((limits.Clock.GetUtcNow(), 1));
        }
        catch (GatewayException exception) when (exception.Error.Kind == ErrorKind.RateLimited)
        {
            // Others were first.
        }
    }
}
