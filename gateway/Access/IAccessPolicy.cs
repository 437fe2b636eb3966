using Dragoman.Conversation;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Access;

/// <summary>Who calls, as far as access is concerned.</summary>
/// <param name="Team">Whose budget it is.</param>
public sealed record Caller(string Team);

/// <summary>What was set aside for a request before it was sent.</summary>
public sealed record Reservation(Caller Caller);

/// <summary>How an exchange ended.</summary>
public enum Outcome
{
    Completed,
    ClientLeft,
    Failed,
}

/// <summary>What is known when an exchange is over.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Usage">Reported, else an estimate of what was delivered, else absent when nothing was.</param>
public sealed record Settlement(Outcome Outcome, Usage Usage);

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

/// <summary>No key is asked, nothing is limited; what is used still goes to the log.</summary>
public sealed class OpenAccess : IAccessPolicy
{
    private static readonly Caller Everybody = new("open");

    public ValueTask<Caller> AuthenticateAsync(HttpRequest request, CancellationToken cancellation) => new(Everybody);

    public ValueTask<Reservation> ReserveAsync(Caller caller, CancellationToken cancellation) => new(new Reservation(caller));

    public ValueTask SettleAsync(Reservation reservation, Settlement settlement) => default;
}
