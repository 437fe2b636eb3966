using Dragoman.Access;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>Processes that share limits: what they lease and give back, and what happens when the store or a process is away.</summary>
public sealed class StoreAwayTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Away = "Warning The store cannot be asked for the limits; until it answers, each process allows its own part of them: The store is away.";

    private const string Back = "Information The store answers again, and the limits count over all processes.";

    private readonly SharedStore store = new();

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task A_process_that_never_reached_the_store_allows_the_whole_limit()
    {
        store.IsAway = true;
        using var log = new CapturedLog("limits");
        await using var limits = new LimitsUnderTest(store, logger: log.CreateLogger("limits"));
        Assert.Equal(10, await limits.AdmittedOfAsync(30, LimitsUnderTest.Requests(10)));
        Assert.Equal(Away, await log.NextAsync());

        // What was used counts when the store is back, for the others too.
        store.IsAway = false;
        await limits.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(Back, await log.NextAsync());
        await using var other = new CallerLimits(store, WaitingRoomSettings.None, limits.Clock, NullLogger.Instance);
        Assert.Equal(0, await limits.AdmittedOfAsync(5, LimitsUnderTest.Requests(10), other));
        Assert.Equal(0, await limits.AdmittedOfAsync(5, LimitsUnderTest.Requests(10)));
    }

    [Fact]
    public async Task Without_the_store_each_process_allows_its_part()
    {
        await using var limits = new LimitsUnderTest(store, processes: 4);
        var caller = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(RequestsPerMinute: 40, ConcurrentRequests: 8)));
        // The first to come does not yet know of the others.
        for (var round = 0; round < 2; round++)
        {
            foreach (var process in limits.Processes)
                (await limits.TryAdmitAsync(caller, process))!.Dispose();
            await limits.PassAsync(TimeSpan.FromSeconds(25));
        }

        store.IsAway = true;
        await limits.PassAsync(TimeSpan.FromSeconds(65));
        foreach (var process in limits.Processes)
        {
            Admission?[] running = [await limits.TryAdmitAsync(caller, process), await limits.TryAdmitAsync(caller, process), await limits.TryAdmitAsync(caller, process)];
            Assert.Equal([true, true, false], running.Select(each => each is not null));
            running[0]!.Dispose();
            running[1]!.Dispose();
            Assert.Equal(8, await CountAsync(limits, caller, process, 20));
        }
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_waited_for_once()
    {
        await using var limits = new LimitsUnderTest(store);
        store.Hold = new();
        var caller = LimitsUnderTest.Requests(100);
        var asked = limits.Process.AdmitAsync(caller, default).AsTask();
        var joined = Enumerable.Range(0, 9).Select(_ => limits.Process.AdmitAsync(caller, default).AsTask()).ToList();
        while (store.Reads == 0)
            await Task.Yield();
        limits.Clock.Advance(ScopeExchange.Longest - TimeSpan.FromMilliseconds(1));
        Assert.False(asked.IsCompleted);
        limits.Clock.Advance(TimeSpan.FromMilliseconds(2));
        (await asked).Dispose();
        foreach (var admission in await Task.WhenAll(joined))
            admission.Dispose();
        // Time has passed, so that the next exchange may have begun.
        Assert.InRange(store.Reads, 1, 2);
        // From now on nobody waits.
        foreach (var next in (Caller[])[caller, LimitsUnderTest.Caller(LimitsUnderTest.Team(new(RequestsPerMinute: 1), "other"))])
            Assert.True(limits.Process.AdmitAsync(next, default).AsTask().IsCompletedSuccessfully);
        store.Hold.SetResult();
    }

    /// <summary>A write without an answer may have been applied or not. Neither must let more requests in.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answers_that_are_lost_change_nothing_in_the_end(bool applied)
    {
        await using var limits = new LimitsUnderTest(store, processes: 3);
        var caller = LimitsUnderTest.Requests(30);
        var random = new Random(3);
        var begun = new List<(DateTimeOffset, long)>();
        for (var step = 0; step < 600; step++)
        {
            // Until the processes know that the store is back, they would allow their own part of the limit.
            var isLosing = step % 40 is >= 7 and < 11;
            (store.LosesAnswers, store.IsAway) = (applied && isLosing, !applied && isLosing);
            if (step % 40 is < 7 or > 22 && await limits.TryAdmitAsync(caller, limits.Processes[random.Next(3)]) is not null)
                begun.Add((limits.Clock.GetUtcNow(), 1));
            await limits.PassAsync(TimeSpan.FromMilliseconds(250));
        }

        Assert.InRange(LimitsUnderTest.MostInAMinute(begun), 29, 30);
    }

    /// <summary>A store without operation ids refuses its own write after a lost answer. What it reported must count once, and be all there.</summary>
    [Fact]
    public async Task Writes_that_are_refused_although_they_were_applied_change_nothing()
    {
        store.RefusesOwnWrites = true;
        await using var limits = new LimitsUnderTest(store, processes: 3);
        var caller = LimitsUnderTest.Requests(30);
        var begun = new List<(DateTimeOffset At, long Amount)>();
        var begin = limits.Clock.GetUtcNow();
        for (var step = 0; step < 1200; step++)
        {
            if (await limits.TryAdmitAsync(caller, limits.Processes[step % 3]) is not null)
                begun.Add((limits.Clock.GetUtcNow(), 1));
            await limits.PassAsync(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal(30, LimitsUnderTest.MostInAMinute(begun));
        var used = begun.Count / ((limits.Clock.GetUtcNow() - begin).TotalMinutes * 30);
        Assert.True(used >= 0.97, $"{used:P1}");
    }

    [Fact]
    public async Task A_killed_process_gives_back_what_it_held_when_its_time_is_over()
    {
        await using var limits = new LimitsUnderTest(store);
        var link = new SharedStore(store);
        var killed = new CallerLimits(link, WaitingRoomSettings.None, limits.Clock, NullLogger.Instance);
        var caller = LimitsUnderTest.Concurrent(3);
        for (var number = 0; number < 3; number++)
            Assert.NotNull(await limits.TryAdmitAsync(caller, killed));
        link.IsAway = true;
        Assert.Null(await limits.TryAdmitAsync(caller));
        await limits.PassAsync(TimeSpan.FromSeconds(20));
        Assert.Null(await limits.TryAdmitAsync(caller));
        await limits.PassAsync(TimeSpan.FromSeconds(11));
        Assert.NotNull(await limits.TryAdmitAsync(caller));
    }

    [Fact]
    public async Task A_process_that_stops_gives_back_everything_at_once()
    {
        await using var limits = new LimitsUnderTest(store);
        var stops = new CallerLimits(store, WaitingRoomSettings.None, limits.Clock, NullLogger.Instance);
        var caller = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(RequestsPerMinute: 100, ConcurrentRequests: 2)));
        Assert.NotNull(await limits.TryAdmitAsync(caller, stops));
        Assert.NotNull(await limits.TryAdmitAsync(caller, stops));
        await limits.DriveAsync(stops.DisposeAsync().AsTask());
        var others = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(RequestsPerMinute: 100)));
        using var first = await limits.TryAdmitAsync(caller);
        using var second = await limits.TryAdmitAsync(caller);
        Assert.NotNull(second);
        Assert.Equal(96, await limits.AdmittedOfAsync(120, others));
    }

    [Fact]
    public async Task Unused_concurrency_is_another_process_s_within_two_seconds()
    {
        await using var limits = new LimitsUnderTest(store, processes: 2);
        var caller = LimitsUnderTest.Concurrent(4);
        var running = new List<Admission>();
        while (await limits.TryAdmitAsync(caller, limits.Processes[0]) is { } admission)
            running.Add(admission);
        Assert.Equal(4, running.Count);
        Assert.Null(await limits.TryAdmitAsync(caller, limits.Processes[1]));
        running.ForEach(each => each.Dispose());
        await limits.PassAsync(TimeSpan.FromSeconds(2));
        for (var number = 0; number < 4; number++)
            Assert.NotNull(await limits.TryAdmitAsync(caller, limits.Processes[1]));
    }

    /// <summary>A share is exchanged every ten seconds, unless requests end.</summary>
    [Fact]
    public async Task Concurrency_that_becomes_free_is_soon_another_process_s()
    {
        await using var limits = new LimitsUnderTest(store, processes: 2);
        var caller = LimitsUnderTest.Concurrent(100);
        var running = new List<Admission>();
        while (running.Count < 60)
            running.Add((await limits.TryAdmitAsync(caller, limits.Processes[0]))!);
        (await limits.TryAdmitAsync(caller, limits.Processes[1]))!.Dispose();
        await limits.PassAsync(TimeSpan.FromSeconds(15));
        running.ForEach(each => each.Dispose());
        await limits.PassAsync(TimeSpan.FromSeconds(3));
        var document = ScopeDocument.Read((await store.GetAsync(ScopeDocument.Kind, "team/web"))!.Json);
        Assert.Equal(0, document.Processes.Sum(process => process.Running));
    }

    /// <summary>A process that always has something to run does not keep its share from one that has none.</summary>
    [Fact]
    public async Task Each_process_gets_its_part_of_the_concurrency()
    {
        await using var limits = new LimitsUnderTest(store, processes: 2);
        var caller = LimitsUnderTest.Concurrent(4);
        var running = new Queue<Admission>[] { new(), new() };
        var most = 0;
        for (var step = 0; step < 80; step++)
        {
            for (var process = 0; process < (step < 20 ? 1 : 2); process++)
            {
                if (running[process].Count > 0)
                    running[process].Dequeue().Dispose();
                while (await limits.TryAdmitAsync(caller, limits.Processes[process]) is { } admission)
                    running[process].Enqueue(admission);
            }

            most = Math.Max(most, running[0].Count + running[1].Count);
            await limits.PassAsync(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal((4, 2, 2), (most, running[0].Count, running[1].Count));
    }

    /// <summary>Eight processes never run more together than the limit, and use all of it.</summary>
    [Fact]
    public async Task Concurrency_holds_over_processes()
    {
        await using var limits = new LimitsUnderTest(store, processes: 8);
        var caller = LimitsUnderTest.Concurrent(20);
        var random = new Random(9);
        var running = limits.Processes.ConvertAll(_ => new List<Admission>());
        var (most, sum, steps) = (0, 0, 0);
        for (var step = 0; step < 200; step++)
        {
            for (var process = 0; process < 8; process++)
            {
                foreach (var ended in running[process].Where(_ => random.Next(6) == 0).ToList())
                {
                    running[process].Remove(ended);
                    ended.Dispose();
                }

                for (var number = random.Next(1, 5); number > 0; number--)
                {
                    if (await limits.TryAdmitAsync(caller, limits.Processes[process]) is { } admission)
                        running[process].Add(admission);
                }

                most = Math.Max(most, running.Sum(each => each.Count));
            }

            if (step > 20)
                (sum, steps) = (sum + running.Sum(each => each.Count), steps + 1);
            await limits.PassAsync(TimeSpan.FromMilliseconds(250));
        }

        Assert.Equal(20, most);
        Assert.True(sum / (double)steps > 15, $"{sum / (double)steps} of 20");
    }

    [Theory]
    [InlineData(6000)]
    [InlineData(null)]
    public async Task Only_a_cold_scope_waits_for_the_store(int? requestsPerMinute)
    {
        await using var limits = new LimitsUnderTest(store);
        var caller = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(requestsPerMinute, TokensPerMinute: 600_000)));
        using (var cold = await limits.TryAdmitAsync(caller))
            Assert.True(await limits.TryReserveAsync(cold!, 1));
        var waited = 0;
        for (var request = 0; request < 3000; request++)
        {
            var admitting = limits.Process.AdmitAsync(caller, default).AsTask();
            waited += admitting.IsCompleted ? 0 : 1;
            using var admission = await limits.DriveAsync(admitting);
            var reserving = admission.ReserveTokensAsync(100, default).AsTask();
            waited += reserving.IsCompleted ? 0 : 1;
            await limits.DriveAsync(reserving);
            admission.SettleTokens(90);
            await limits.PassAsync(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal(0, waited);
        Assert.InRange(store.Writes, 1, 120);
    }

    [Fact]
    public async Task Ids_of_any_length_have_documents()
    {
        await using var limits = new LimitsUnderTest(store, processes: 2);
        var caller = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(RequestsPerMinute: 2), new string('é', 500)));
        Assert.Equal(1, await limits.AdmittedOfAsync(1, caller, limits.Processes[0]));
        await limits.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await limits.AdmittedOfAsync(3, caller, limits.Processes[1]));
    }

    private static async Task<int> CountAsync(LimitsUnderTest limits, Caller caller, CallerLimits process, int requests)
    {
        var count = 0;
        for (var number = 0; number < requests; number++)
        {
            using var admission = await limits.TryAdmitAsync(caller, process);
            count += admission is null ? 0 : 1;
        }

        return count;
    }
}
