using System.Buffers;
using Dragoman.Administration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Locales;

namespace Dragoman.Endpoints;

/// <summary>The errors of the administration API that the gateway itself has: <c>application/problem+json</c> (RFC 9457).</summary>
internal sealed class ProblemErrors : IErrorShape
{
    public static readonly ProblemErrors Shape = new();

    public string ContentType => "application/problem+json";

    public int StatusOf(GatewayError error) => error.Status;

    public void WriteError(IBufferWriter<byte> output, GatewayError error, string requestId)
    {
        var (name, title) = error.Kind switch
        {
            ErrorKind.InvalidRequest => ("invalid-request", ProblemText.InvalidTitle),
            ErrorKind.Unauthenticated => ("unauthenticated", ProblemText.UnauthenticatedTitle),
            ErrorKind.Forbidden => ("forbidden", ProblemText.CallerForbiddenTitle),
            ErrorKind.NotFound => ("not-found", ProblemText.NotFoundTitle),
            ErrorKind.MethodNotAllowed => ("method", ProblemText.MethodTitle),
            ErrorKind.RequestTimeout => ("too-slow", ProblemText.TooSlowTitle),
            ErrorKind.TooLarge => ("too-large", ProblemText.TooLargeTitle),
            ErrorKind.RateLimited or ErrorKind.QuotaExceeded => ("limited", ProblemText.LimitedTitle),
            ErrorKind.BudgetExceeded => ("budget", ProblemText.BudgetTitle),
            ErrorKind.Overloaded => ("overloaded", ProblemText.OverloadedTitle),
            _ => ("failed", ProblemText.FailedTitle),
        };
        new Problem(error.Status, name, title, error.Text).Write(output, requestId, error.Locale);
    }
}
