using Dragoman.Conversation;
using Dragoman.Dialects;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Pipeline;

/// <summary>Whom an answer goes to: the client's response, and its dialect.</summary>
/// <param name="Exchange">Whose response is written.</param>
/// <param name="Dialect">The client's.</param>
/// <param name="Context">For the dialect.</param>
internal sealed record Recipient(Exchange Exchange, IInboundDialect Dialect, AnswerContext Context)
{
    /// <summary>The provider's id of the answer, for its support (specs/dialects.md 1.8).</summary>
    private const string UpstreamRequestIdHeader = "x-upstream-request-id";

    private HttpResponse Response => Exchange.Http.Response;

    /// <summary>What could not be carried over to the target that is tried; nothing once the response has begun, by a keep-alive too.</summary>
    public void WriteLosses(LossReport losses)
    {
        if (Response.HasStarted)
            return;
        Response.Headers.Remove(LossReport.Header);
        if (losses.Items.Count > 0)
            Response.Headers[LossReport.Header] = losses.ToString();
    }

    /// <summary>What the provider's headers say, a refusal's too, in the client's dialect; nothing once the response has begun.</summary>
    public void WriteHeaders(string? upstreamRequestId, RateLimits? limits)
    {
        if (Response.HasStarted)
            return;
        if (upstreamRequestId is not null)
            Response.Headers[UpstreamRequestIdHeader] = upstreamRequestId;
        foreach (var (name, value) in Dialect.AnswerHeaders(Exchange.RequestId, limits))
            Response.Headers[name] = value;
    }
}
