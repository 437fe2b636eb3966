using System.Buffers;
using Dragoman.Administration;
using Dragoman.Conversation;
using Dragoman.Dialects;

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
            ErrorKind.InvalidRequest => ("invalid-request", "The request is not valid"),
            ErrorKind.Unauthenticated => ("unauthenticated", "The caller is not known"),
            ErrorKind.Forbidden => ("forbidden", "The caller may not do that"),
            ErrorKind.NotFound => ("not-found", "Not found"),
            ErrorKind.MethodNotAllowed => ("method", "The method is not allowed"),
            ErrorKind.RequestTimeout => ("too-slow", "The request came too slowly"),
            ErrorKind.TooLarge => ("too-large", "The body is too large"),
            ErrorKind.RateLimited or ErrorKind.QuotaExceeded => ("limited", "Too many requests"),
            ErrorKind.BudgetExceeded => ("budget", "Budget used up"),
            ErrorKind.Overloaded => ("overloaded", "The gateway cannot answer now"),
            _ => ("failed", "The gateway failed"),
        };
        new Problem(error.Status, name, title, error.Message).Write(output, requestId);
    }
}
