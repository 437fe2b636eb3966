using Dragoman.Access.Limits;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Access;

/// <summary>Asks for no key and limits nothing. Usage is still logged.</summary>
public sealed class OpenAccess : IAccessPolicy
{
    private static readonly Caller Everybody = new() { Team = "open" };

    public ValueTask<Caller> AuthenticateAsync(HttpContext http, string requestId, CancellationToken cancellation) => new(Everybody);

    public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) => new(Admission.Unlimited);

    public ValueTask<Reservation> ReserveAsync(Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation) =>
        new(new Reservation(caller, admission));

    public ValueTask SettleAsync(Reservation reservation, Settlement settlement) => default;

    public ValueTask DisposeAsync() => default;
}
