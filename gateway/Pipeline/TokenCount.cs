using System.Text.Json;
using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>
/// Counts the tokens of a request: all steps as for generation, but the answer is the first target's count, or an estimate
/// (specs/dialects.md 4.2).
/// </summary>
public static class TokenCount
{
    /// <summary>The response header that marks a count that no provider made; its value is <c>estimated</c>.</summary>
    public const string Header = "x-dragoman-token-count";

    /// <summary>Returns the number of tokens of the request in the exchange's body.</summary>
    /// <param name="exchange">The exchange whose body is counted.</param>
    /// <param name="dialect">The client's dialect.</param>
    /// <param name="read">The dialect's reader of requests.</param>
    /// <exception cref="GatewayException">The request is malformed, the model is unknown, or the provider failed to count.</exception>
    public static async Task<long> RunAsync(Exchange exchange, string dialect, Func<JsonElement, RequestContext, ChatRequest> read)
    {
        var request = await Step3Read.RunAsync(exchange, read).ConfigureAwait(false);
        var model = await Step4Resolve.FindAsync(exchange, request.Model, request.Client).ConfigureAwait(false)
            ?? throw new GatewayException(Step4Resolve.NotFound(request.Model));
        var target = model.Targets[0];
        long? tokens = null;
        // A count costs nothing, but it is a call to a provider like any other.
        var use = new PlannedUse(exchange.RequestId, dialect, model.Name, [target], UpperBound.Nothing);
        await Step5Reserve.RunAsync(exchange, use, CountAsync, failure => new Consumption([], tokens is not null, failure)).ConfigureAwait(false);
        return tokens!.Value;

        async Task CountAsync()
        {
            tokens = await AskAsync(exchange, request, target).ConfigureAwait(false);
            if (tokens is not null)
                return;
            exchange.Http.Response.Headers[Header] = "estimated";
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            SocketThread.AssertMayProcess(exchange.Body.Length);
            tokens = TokenEstimate.Of(request);
        }
    }

    /// <summary>The provider's count; null when it does not count.</summary>
    private static async Task<long?> AskAsync(Exchange exchange, ChatRequest request, Target target)
    {
        var provider = exchange.Snapshot.ProviderOf(target);
        using var clock = new UpstreamClock(provider.Settings.Timeouts.EndingWithClient(), exchange.Clock, exchange.Http.RequestAborted, exchange.Ending);
        try
        {
            var call = await Step6Write.RunForCountAsync(exchange, provider, provider.ModelOf(target), request).ConfigureAwait(false);
            return call is null
                ? null
                : await new Step7Send(exchange, provider, call, clock).ReadWholeAsync(provider.Api.TokenCounts!.ReadTokenCount).ConfigureAwait(false);
        }
        catch (GatewayException refusal) when (refusal.Error.Kind is ErrorKind.NotFound or ErrorKind.ModelNotFound or ErrorKind.MethodNotAllowed or ErrorKind.NotImplemented)
        {
            // Servers that imitate a provider often lack this path.
            return null;
        }
    }
}
