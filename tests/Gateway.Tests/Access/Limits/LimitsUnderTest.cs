using System.Diagnostics;
using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>Processes that share a clock and a store, or one without a store.</summary>
internal sealed class LimitsUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(130);

    public LimitsUnderTest(SharedStore? store = null, int processes = 1, WaitingRoomSettings? waiting = null, ILogger? logger = null)
    {
        Store = store;
        Waiting = waiting ?? WaitingRoomSettings.None;
        for (var number = 0; number < processes; number++)
            Processes.Add(new(Store, Waiting, Clock, logger ?? NullLogger.Instance));
    }

    public ManualTimeProvider Clock { get; } = new();

    public SharedStore? Store { get; }

    public WaitingRoomSettings Waiting { get; }

    public List<CallerLimits> Processes { get; } = [];

    public CallerLimits Process => Processes[0];

    /// <summary>Whether an exchange is at work. One whose store is held waits for the test.</summary>
    private bool IsBusy => Store is not { Hold.Task.IsCompleted: false } && Processes.Exists(process => process.BusyCount > 0);

    public static Caller Caller(params LimitedScope[] scopes) => new() { Team = scopes.FirstOrDefault(scope => scope.Kind == ScopeKind.Team)?.Id, Scopes = scopes };

    public static LimitedScope Team(LimitValues values, string id = "web") => new(ScopeKind.Team, id, values);

    public static Caller Requests(long perMinute) => Caller(Team(new(RequestsPerMinute: perMinute)));

    public static Caller Tokens(long perMinute) => Caller(Team(new(TokensPerMinute: perMinute)));

    public static Caller Concurrent(long most) => Caller(Team(new(ConcurrentRequests: most)));

    /// <summary>
    /// Moves the clock until work has ended. While exchanges work, the clock stands still: otherwise time would run out for some
    /// that are not slow at all, whatever else the machine does.
    /// </summary>
    public async Task<T> DriveAsync<T>(Task<T> work)
    {
        for (var idle = Stopwatch.GetTimestamp(); !work.IsCompleted;)
        {
            if (IsBusy)
                idle = Stopwatch.GetTimestamp();
            // The threads that go on after an exchange need a moment. The pause after a conflict is short; whatever waits longer
            // is not reached in one step, because something else may begin before.
            var next = Clock.UntilNextTimer ?? LongestPause;
            if (Stopwatch.GetElapsedTime(idle) > (next < LongestPause ? ShortPatience : Patience))
            {
                Clock.Advance(next <= TimeSpan.Zero ? TimeSpan.FromTicks(1) : next < LongestPause ? next : LongestPause);
                idle = Stopwatch.GetTimestamp();
            }

            await Task.Yield();
        }

        return await work;
    }

    /// <summary>The same. Work that ends at once moves no clock.</summary>
    public async Task DriveAsync(Task work)
    {
        await DriveAsync(EndOfAsync());

        async Task<bool> EndOfAsync()
        {
            await work;
            return true;
        }
    }

    /// <summary>Moves the clock, and lets what it starts happen.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan? step = null)
    {
        var end = Clock.GetUtcNow() + time;
        while (Clock.GetUtcNow() < end)
        {
            Clock.Advance(step ?? TimeSpan.FromMilliseconds(250));
            await SettleAsync();
        }
    }

    /// <summary>Lets the exchanges that have begun go on until they wait for the clock.</summary>
    public async Task SettleAsync()
    {
        while (IsBusy)
            await Task.Yield();
    }

    /// <summary>Admits a request; null if it was refused.</summary>
    public async Task<Admission?> TryAdmitAsync(Caller caller, CallerLimits? process = null)
    {
        try
        {
            return await DriveAsync((process ?? Process).AdmitAsync(caller, default).AsTask());
        }
        catch (GatewayException exception) when (exception.Error.Kind == ErrorKind.RateLimited)
        {
            return null;
        }
    }

    /// <summary>The error of a request that is refused.</summary>
    public async Task<GatewayError> RefusalOfAsync(Caller caller, CallerLimits? process = null) =>
        (await Assert.ThrowsAsync<GatewayException>(() => DriveAsync((process ?? Process).AdmitAsync(caller, default).AsTask()))).Error;

    /// <summary>How many of some requests are admitted. They come one after the other.</summary>
    public async Task<int> AdmittedOfAsync(int requests, Caller caller, CallerLimits? process = null)
    {
        var admitted = 0;
        for (var number = 0; number < requests; number++)
        {
            using var admission = await TryAdmitAsync(caller, process);
            admitted += admission is null ? 0 : 1;
        }

        return admitted;
    }

    public async Task<bool> TryReserveAsync(Admission admission, long tokens)
    {
        try
        {
            await DriveAsync(admission.ReserveTokensAsync(tokens, default).AsTask());
            return true;
        }
        catch (GatewayException exception) when (exception.Error.Kind == ErrorKind.RateLimited)
        {
            return false;
        }
    }

    /// <summary>The most that happened within any 60 seconds.</summary>
    public static long MostInAMinute(IReadOnlyList<(DateTimeOffset At, long Amount)> events)
    {
        var ordered = events.OrderBy(each => each.At).ToList();
        var (most, sum, first) = (0L, 0L, 0);
        foreach (var (at, amount) in ordered)
        {
            sum += amount;
            while (at - ordered[first].At >= TimeSpan.FromMinutes(1))
                sum -= ordered[first++].Amount;
            most = Math.Max(most, sum);
        }

        return most;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes)
            await DriveAsync(process.DisposeAsync().AsTask());
    }
}
