using BenchmarkDotNet.Attributes;
using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Counts a request, reserves its tokens, settles them, and lets the request end: steps 2, 5 and 9.</summary>
public class AccessLimitBenchmarks : IDisposable
{
    private const int Reserved = 10;
    private const int Used = 5;

    private CallerLimits limits = null!;
    private Caller caller = null!;

    /// <summary>What the caller's scopes limit.</summary>
    public enum Limited
    {
        Nothing,

        /// <summary>Requests, tokens and concurrency of organization, team, user and key.</summary>
        EverythingInFourScopes,
    }

    [Params(Limited.Nothing, Limited.EverythingInFourScopes)]
    public Limited Limits { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        // Without a store, so that exchanges with other processes do not count as work of the request.
        limits = new CallerLimits(null, WaitingRoomSettings.None, TimeProvider.System, NullLogger.Instance);
        var values = new LimitValues(LimitValues.Greatest, LimitValues.Greatest, LimitValues.Greatest);
        caller = new Caller
        {
            Team = "bench",
            Scopes = Limits == Limited.Nothing
                ? []
                :
                [
                    new(ScopeKind.Organization, Organization.Kind, values),
                    new(ScopeKind.Team, "bench", values),
                    new(ScopeKind.User, "bench/ann", values),
                    new(ScopeKind.Key, "k", values),
                ],
        };
        Warm.Up(() => Count());
    }

    [Benchmark]
    public Admission Count()
    {
        using var admission = Now(limits.AdmitAsync(caller, CancellationToken.None));
        CheckNow(admission.ReserveTokensAsync(Reserved, CancellationToken.None));
        admission.SettleTokens(Used);
        return admission;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        limits.DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    private static Admission Now(ValueTask<Admission> admission) =>
        admission.IsCompletedSuccessfully ? admission.Result : throw new InvalidOperationException("the request waits");

    private static void CheckNow(ValueTask reservation)
    {
        if (!reservation.IsCompletedSuccessfully)
            throw new InvalidOperationException("the tokens wait");
    }
}
