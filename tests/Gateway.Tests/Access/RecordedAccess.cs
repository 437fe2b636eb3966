using Dragoman.Access;
using Dragoman.Access.Limits;
using Dragoman.Conversation;
using Dragoman.Locales;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>Records what is reserved and settled, and measures the prompt as a policy with budgets would.</summary>
internal sealed class RecordedAccess : IAccessPolicy
{
    private readonly Lock gate = new();
    private readonly List<(string Model, string Targets, long? Input, long? Output)> reserved = [];
    private readonly List<Settlement> settled = [];
    private readonly TaskCompletionSource firstSettled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether every reservation is rejected.</summary>
    public bool Refuses { get; set; }

    public IReadOnlyList<(string Model, string Targets, long? Input, long? Output)> Reserved
    {
        get
        {
            lock (gate)
                return [.. reserved];
        }
    }

    public IReadOnlyList<Settlement> Settled
    {
        get
        {
            lock (gate)
                return [.. settled];
        }
    }

    /// <summary>Waits until something is settled. An answer may reach its client earlier.</summary>
    public Task WaitForSettlementAsync() => firstSettled.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public ValueTask<Caller> AuthenticateAsync(HttpContext http, string requestId, CancellationToken cancellation) => new(new Caller { Team = "team" });

    public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) => new(Admission.Unlimited);

    public ValueTask<Reservation> ReserveAsync(Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation)
    {
        lock (gate)
            reserved.Add((use.Model, string.Join(' ', use.Targets.Select(target => $"{target.Provider}/{target.Model}")), use.Bound.InputTokens, use.Bound.OutputTokens));
        return Refuses ? throw new GatewayException(new GatewayError(ErrorKind.QuotaExceeded, Wording.Verbatim("used up"))) : new(new Reservation(caller, admission));
    }

    public ValueTask SettleAsync(Reservation reservation, Settlement settlement)
    {
        lock (gate)
            settled.Add(settlement);
        firstSettled.TrySetResult();
        return default;
    }

    public ValueTask DisposeAsync() => default;
}
