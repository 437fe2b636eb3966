using Dragoman.Access.Budgets;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Stores.Ledger;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Access;

/// <summary>Steps 2, 5 and 9 of a request: decides who may call, what is reserved, and what is charged.</summary>
public interface IAccessPolicy : IAsyncDisposable
{
    /// <summary>Identifies the caller of a request.</summary>
    /// <param name="http">The request. Its answer is not touched.</param>
    /// <param name="requestId">The id of the request, for log lines.</param>
    /// <param name="cancellation">Is canceled when the client leaves.</param>
    /// <exception cref="GatewayException">The caller is not known or not allowed.</exception>
    ValueTask<Caller> AuthenticateAsync(HttpContext http, string requestId, CancellationToken cancellation);

    /// <summary>Counts a request, before anything is done for it.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="cancellation">Is canceled when the client leaves.</param>
    /// <returns>What the request counts as; it is disposed when the request ends.</returns>
    /// <exception cref="GatewayException">A limit of requests is used up.</exception>
    ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation);

    /// <summary>Reserves what a request may use, before anything of it is sent.</summary>
    /// <param name="caller">The caller who pays.</param>
    /// <param name="admission">What the request counts as.</param>
    /// <param name="use">What it is about to use.</param>
    /// <param name="cancellation">Is canceled when the client leaves.</param>
    /// <exception cref="GatewayException">A limit or a budget is used up.</exception>
    ValueTask<Reservation> ReserveAsync(Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation);

    /// <summary>Charges what was used. It cannot be canceled, because usage remains when the client leaves.</summary>
    ValueTask SettleAsync(Reservation reservation, Settlement settlement);

    /// <summary>Takes over what a reload has changed, for requests that begin now. What only a restart changes stays as it is.</summary>
    /// <param name="settings">Who may call.</param>
    /// <param name="rules">What models cost.</param>
    void Adopt(AccessSettings settings, SpendingRules rules)
    {
    }

    /// <summary>What was settled of a request here, and is not in the store yet; empty if there is nothing.</summary>
    /// <param name="requestId">The id of the request.</param>
    IReadOnlyList<LedgerEntry> FindUnsent(string requestId) => [];
}
