using Dragoman.Access;
using Dragoman.Access.Limits;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>Takes every request for one of a caller that the test knows, and limits nothing.</summary>
/// <param name="callerOf">The caller of a request.</param>
internal sealed class KnownCaller(Func<HttpContext, Caller> callerOf) : IAccessPolicy
{
    public ValueTask<Caller> AuthenticateAsync(HttpContext http, string requestId, CancellationToken cancellation) => new(callerOf(http));

    public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) => new(Admission.Unlimited);

    public ValueTask<Reservation> ReserveAsync(Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation) =>
        new(new Reservation(caller, admission));

    public ValueTask SettleAsync(Reservation reservation, Settlement settlement) => default;

    public ValueTask DisposeAsync() => default;
}
