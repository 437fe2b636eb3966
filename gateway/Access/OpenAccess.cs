using Dragoman.Configuration;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Access;

/// <summary>Asks for no key and limits nothing. Usage is still logged.</summary>
public sealed class OpenAccess : IAccessPolicy
{
    private static readonly Caller Everybody = new() { Team = "open" };

    public ValueTask<Caller> AuthenticateAsync(HttpRequest request, CancellationToken cancellation) => new(Everybody);

    public ValueTask<Reservation> ReserveAsync(Caller caller, string model, IReadOnlyList<Target> targets, UpperBound bound, CancellationToken cancellation) =>
        new(new Reservation(caller));

    public ValueTask SettleAsync(Reservation reservation, Settlement settlement) => default;
}
