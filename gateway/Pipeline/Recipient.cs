using Dragoman.Conversation;
using Dragoman.Dialects;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Pipeline;

/// <summary>The recipient of an answer: the client's response and its dialect.</summary>
/// <param name="Exchange">The exchange whose response is written.</param>
/// <param name="Dialect">The client's dialect.</param>
/// <param name="Context">The context of the answer, for the dialect.</param>
internal sealed record Recipient(Exchange Exchange, IInboundDialect Dialect, AnswerContext Context)
{
    /// <summary>The provider's id of the answer, for inquiries to the provider's support (specs/dialects.md 1.8).</summary>
    private const string UpstreamRequestIdHeader = "x-upstream-request-id";

    private HttpResponse Response => Exchange.Http.Response;

    /// <summary>Sets the header with the losses at the current target; does nothing once the response has begun, even with a keep-alive.</summary>
    public void WriteLosses(LossReport losses)
    {
        if (Response.HasStarted)
            return;
        Response.Headers.Remove(LossReport.Header);
        if (losses.Items.Count > 0)
            Response.Headers[LossReport.Header] = losses.ToString();
    }

    /// <summary>Sets the dialect's headers from those of the provider, also for an error; does nothing once the response has begun.</summary>
    public void WriteHeaders(string? upstreamRequestId, RateLimits? limits)
    {
        if (Response.HasStarted)
            return;
        if (upstreamRequestId is not null)
            Response.Headers[UpstreamRequestIdHeader] = upstreamRequestId;
        // A client that has limits of its own must keep those; the provider's are shared by all.
        var hasOwn = Exchange.Caller is { HasRateLimits: true };
        foreach (var (name, value) in Dialect.AnswerHeaders(Exchange.RequestId, hasOwn ? null : limits))
            Response.Headers[name] = value;
    }
}
