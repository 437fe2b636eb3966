using Dragoman.Configuration;
using Dragoman.Conversation;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Access;

/// <summary>Steps 2, 5 and 9 of a request: who may call, what is set aside, what is charged.</summary>
public interface IAccessPolicy
{
    /// <exception cref="GatewayException">The caller is not known or not allowed.</exception>
    ValueTask<Caller> AuthenticateAsync(HttpRequest request, CancellationToken cancellation);

    /// <summary>Sets aside what a request may use, before anything of it is sent.</summary>
    /// <param name="caller">Who pays.</param>
    /// <param name="model">The published name.</param>
    /// <param name="targets">The models that may be asked, in the order in which they are tried.</param>
    /// <param name="bound">What the request may use at most.</param>
    /// <param name="cancellation">The client leaves.</param>
    /// <exception cref="GatewayException">A limit or a budget is used up.</exception>
    ValueTask<Reservation> ReserveAsync(Caller caller, string model, IReadOnlyList<Target> targets, UpperBound bound, CancellationToken cancellation);

    /// <summary>Takes no cancellation: a client that leaves does not undo what was used.</summary>
    ValueTask SettleAsync(Reservation reservation, Settlement settlement);
}
