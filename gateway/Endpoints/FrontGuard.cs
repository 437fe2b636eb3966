using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Secrets;
using Microsoft.Extensions.Logging;

namespace Dragoman.Endpoints;

/// <summary>
/// Lets the functions answer only what nginx has signed (<see cref="FrontSignature"/>), so that their address is of no use to
/// others, even together with the function app's key. Only probes are answered without a signature. The sidecar checks none: nginx
/// is the only process that reaches it.
/// </summary>
/// <param name="runtime">The runtime of this process.</param>
/// <param name="logger">Is told why a request is refused.</param>
internal sealed partial class FrontGuard(GatewayRuntime runtime, ILogger logger)
{
    /// <summary>How long a key counts after it was replaced: Azure takes half an hour to give a container a new value of a secret.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    private static readonly GatewayError NotThroughFront = new(ErrorKind.Forbidden, GatewayText.NotThroughFront) { Code = "not_through_front" };

    private static readonly GatewayError KeyAway = new(ErrorKind.Overloaded, GatewayText.FrontKeyAway) { Code = "secret_unavailable" };

    /// <param name="exchange">The exchange of the request.</param>
    /// <param name="route">The route of the request; null when there is none.</param>
    /// <param name="path">The path as it was received, without the query.</param>
    /// <exception cref="GatewayException">The request does not come from nginx, or the key cannot be read.</exception>
    public ValueTask AdmitAsync(Exchange exchange, Route? route, string path) =>
        runtime.HandsOver || exchange.Snapshot.FrontKey is not { } key || route is { IsProbe: true } ? default : CheckAsync(exchange, key, path);

    private async ValueTask CheckAsync(Exchange exchange, LiveSecret key, string path)
    {
        try
        {
            if (await FindFaultAsync(exchange, key, path).ConfigureAwait(false) is not { } fault)
                return;
            LogRefused(logger, exchange.RequestId, LoggedText.Cut(exchange.Http.Request.Method), LoggedText.Cut(path), fault);
            throw new GatewayException(NotThroughFront);
        }
        catch (SecretException error)
        {
            LogKeyAway(logger, exchange.RequestId, error.Message);
            throw new GatewayException(KeyAway, error);
        }
    }

    /// <summary>What is wrong with the signature, as the end of a sentence; null when nothing is.</summary>
    /// <exception cref="SecretException">A key cannot be read, or could be guessed.</exception>
    private async ValueTask<string?> FindFaultAsync(Exchange exchange, LiveSecret key, string path)
    {
        var headers = exchange.Http.Request.Headers[FrontSignature.Header];
        if (headers.Count == 0)
            return "has no signature";
        if (headers.Count > 1 || FrontSignature.TryRead(headers[0]) is not { } signature)
            return "has a malformed signature";
        var now = runtime.Clock.GetUtcNow();
        if (!signature.IsValidAt(now))
        {
            var seconds = Math.Round((now - signature.At).TotalSeconds);
            return seconds > 0
                ? $"has a signature of {seconds} s ago, and {FrontSignature.Lifetime.TotalSeconds} s are allowed; if nginx has just sent it, compare the clocks"
                : $"has a signature of {-seconds} s ahead, and {FrontSignature.MostAhead.TotalSeconds} s are allowed; compare the clocks";
        }

        return await IsByFrontAsync(signature, exchange, key, path).ConfigureAwait(false) ? null : "has a signature of another key, method or path";
    }

    private static async ValueTask<bool> IsByFrontAsync(FrontSignature signature, Exchange exchange, LiveSecret key, string path)
    {
        var (method, cancellation) = (exchange.Http.Request.Method, exchange.Http.RequestAborted);
        var current = await ReadAsync(key, exchange.Snapshot.Configuration.Access.FrontKey!, cancellation).ConfigureAwait(false);
        if (IsBy(current) || IsBy(key.PreviousWithin(Overlap)))
            return true;
        var before = exchange.Snapshot.EarlierFrontKey;
        if (before is not null && IsBy(await ReadAsync(before, exchange.Snapshot.Configuration.Access.EarlierFrontKey!, cancellation).ConfigureAwait(false)))
            return true;
        // nginx may have got a new key before this process.
        return IsBy(await key.GetOtherAsync(current, cancellation).ConfigureAwait(false));

        bool IsBy(string? candidate) => candidate is { Length: >= AccessSettings.LeastFrontKey } && signature.IsBy(candidate, method, path);
    }

    private static async ValueTask<string> ReadAsync(LiveSecret key, SecretReference reference, CancellationToken cancellation)
    {
        var text = await key.GetAsync(cancellation).ConfigureAwait(false);
        return text.Length >= AccessSettings.LeastFrontKey
            ? text
            : throw new SecretException($"{reference} is shorter than {AccessSettings.LeastFrontKey} characters, so that it could be guessed", SecretFault.Invalid);
    }

    /// <summary>The client gets no reason in the response; this line gives it to the operator.</summary>
    [LoggerMessage(12, LogLevel.Warning, "refused {RequestId}: {Method} {Path} {Fault}; /access/frontKey admits only requests that nginx has signed with DRAGOMAN_FRONT_KEY")]
    private static partial void LogRefused(ILogger logger, string requestId, string method, string path, string fault);

    [LoggerMessage(13, LogLevel.Error, "refused {RequestId}: the key for the signatures of nginx cannot be read: {Reason}")]
    private static partial void LogKeyAway(ILogger logger, string requestId, string reason);
}
