using System.Net;
using Dragoman.Access;
using Dragoman.Access.Credentials;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Pipeline;

/// <summary>Step 2: identifies the caller, and checks from where and for what the caller may call.</summary>
public static class Step2Authenticate
{
    /// <summary>A process may know so late that a credential was revoked; who called so long ago is asked again.</summary>
    private static readonly TimeSpan LongestTrust = TimeSpan.FromSeconds(3);

    private static readonly GatewayError NoTeam = new(
        ErrorKind.Forbidden,
        AccessText.TeamNeeded);

    /// <param name="exchange">The exchange of the request.</param>
    /// <param name="path">The route's path without its rest.</param>
    /// <param name="needsTeam">Whether the route serves a team.</param>
    /// <exception cref="GatewayException">The caller is unknown or not allowed.</exception>
    public static async ValueTask RunAsync(Exchange exchange, string path, bool needsTeam)
    {
        var caller = exchange.Caller = await exchange.Access.AuthenticateAsync(exchange.Http, exchange.RequestId, exchange.Http.RequestAborted).ConfigureAwait(false);
        if (needsTeam && caller.Team is null)
            throw new GatewayException(NoTeam);
        if (caller.Allow.Count > 0)
            RefuseUnlessAllowed(exchange, caller, path);
    }

    /// <summary>
    /// Identifies the caller of a request once more that has waited, or whose body came slowly: the credential may have been revoked since.
    /// </summary>
    /// <exception cref="GatewayException">The caller is not known any more, or not allowed.</exception>
    public static async ValueTask ConfirmAsync(Exchange exchange)
    {
        if (exchange.HasWaited || exchange.Elapsed > LongestTrust)
            await exchange.Access.AuthenticateAsync(exchange.Http, exchange.RequestId, exchange.Http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Counts the request once, and tells the client its limits.</summary>
    /// <exception cref="GatewayException">A limit of requests is used up.</exception>
    public static ValueTask AdmitAsync(Exchange exchange) => exchange.IsCounted ? default : CountAsync(exchange);

    /// <summary>Counts a request that failed before it was known who answers it.</summary>
    /// <returns>The error for the client: that of the request, or that a limit of requests is used up.</returns>
    public static async ValueTask<GatewayError> AdmitFailedAsync(Exchange exchange, GatewayError error)
    {
        try
        {
            await AdmitAsync(exchange).ConfigureAwait(false);
            return error;
        }
        catch (GatewayException refusal)
        {
            return refusal.Error;
        }
        catch (OperationCanceledException) when (exchange.Http.RequestAborted.IsCancellationRequested)
        {
            return error;
        }
    }

    private static async ValueTask CountAsync(Exchange exchange)
    {
        exchange.IsCounted = true;
        try
        {
            var admitting = exchange.Access.AdmitAsync(exchange.Caller!, exchange.Http.RequestAborted);
            exchange.HasWaited |= !admitting.IsCompleted;
            exchange.Admission = await admitting.ConfigureAwait(false);
        }
        catch (GatewayException refusal)
        {
            exchange.WriteOwnLimits(refusal.Error.RateLimits);
            throw;
        }

        exchange.WriteOwnLimits();
    }

    private static void RefuseUnlessAllowed(Exchange exchange, Caller caller, string path)
    {
        IPAddress? address = null;
        for (var index = 0; index < caller.Allow.Count; index++)
        {
            var allow = caller.Allow[index];
            if (allow.Rules.Networks is { } networks)
            {
                address ??= ClientAddress.Of(exchange.Http, exchange.Snapshot.Configuration.Access.Proxies);
                if (!allow.AllowsAddress(address))
                    throw Refusal(AccessText.AddressNotAllowed(allow.Scope, address.ToString(), AllowList.Listed(networks)));
            }

            if (!allow.AllowsEndpoint(path))
                throw Refusal(AccessText.PathNotAllowed(allow.Scope, path, AllowList.Listed(allow.Rules.Endpoints!)));
        }
    }

    private static GatewayException Refusal(Wording text) => new(new GatewayError(ErrorKind.Forbidden, text));
}
