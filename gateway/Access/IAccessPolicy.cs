using Dragoman.Conversation;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Access;

/// <summary>Steps 2, 5 and 9 of a request: who may call, what is set aside, what is charged.</summary>
public interface IAccessPolicy
{
    /// <exception cref="GatewayException">The caller is not known or not allowed.</exception>
    ValueTask<Caller> AuthenticateAsync(HttpRequest request, CancellationToken cancellation);

    /// <exception cref="GatewayException">A limit or a budget is used up.</exception>
    ValueTask<Reservation> ReserveAsync(Caller caller, CancellationToken cancellation);

    /// <summary>Takes no cancellation: a client that leaves does not undo what was used.</summary>
    ValueTask SettleAsync(Reservation reservation, Settlement settlement);
}
