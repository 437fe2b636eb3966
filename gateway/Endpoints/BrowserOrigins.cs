using System.Text;
using Dragoman.Access.Budgets;
using Dragoman.Conversation;
using Dragoman.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary>
/// Decides as Ollama does which web pages may call (CORS, specs/ollama.md 0.1): a browser sends the page's origin, and a
/// request from an origin that is not allowed is rejected, whatever its method.
/// </summary>
internal static class BrowserOrigins
{
    private const string Any = "*";

    private static readonly string[] AlwaysAllowed =
    [
        .. new[] { "localhost", "127.0.0.1", "0.0.0.0" }.SelectMany(host => new[] { $"http://{host}", $"https://{host}", $"http://{host}:*", $"https://{host}:*" }),
        "app://*", "file://*", "tauri://*", "vscode-webview://*", "vscode-file://*",
    ];

    private const string Methods = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS";

    private static readonly string Headers = string.Join(
        ',',
        "Authorization", "Content-Type", "User-Agent", "Accept", "X-Requested-With", "Openai-Beta",
        "X-Stainless-Arch", "X-Stainless-Async", "X-Stainless-Custom-Poll-Interval", "X-Stainless-Helper-Method", "X-Stainless-Lang",
        "X-Stainless-Os", "X-Stainless-Package-Version", "X-Stainless-Poll-Helper", "X-Stainless-Retry-Count", "X-Stainless-Runtime",
        "X-Stainless-Runtime-Version", "X-Stainless-Timeout",
        // Ollama does not allow these; Anthropic's library sends them.
        "X-Api-Key", "Anthropic-Version", "Anthropic-Beta", "Anthropic-Dangerous-Direct-Browser-Access",
        // The other places of a key, and what the administration reads.
        "Api-Key", "X-Goog-Api-Key", "If-Match", "If-None-Match", "Idempotency-Key");

    /// <summary>The response headers that a page's script may read, besides type and length.</summary>
    private static readonly string Exposed = string.Join(
        ',',
        LossReport.Header, RequestId.Header, "Request-Id", "X-Upstream-Request-Id", "Retry-After",
        "X-RateLimit-Limit-Requests", "X-RateLimit-Remaining-Requests", "X-RateLimit-Reset-Requests",
        "X-RateLimit-Limit-Tokens", "X-RateLimit-Remaining-Tokens", "X-RateLimit-Reset-Tokens",
        "Anthropic-RateLimit-Requests-Limit", "Anthropic-RateLimit-Requests-Remaining", "Anthropic-RateLimit-Requests-Reset",
        "Anthropic-RateLimit-Tokens-Limit", "Anthropic-RateLimit-Tokens-Remaining", "Anthropic-RateLimit-Tokens-Reset",
        "ETag", "Location", "Idempotency-Replayed", BudgetWarning.Header, "X-Dragoman-Cost", "X-Dragoman-Cost-Unknown", "X-Dragoman-Overhead-Ms", "X-Dragoman-Output-Limit");

    /// <summary>Sets the CORS headers of the response.</summary>
    /// <param name="http">The exchange with the client.</param>
    /// <param name="configured">The operator's origins.</param>
    /// <returns>False when the response is complete: a rejection, or the answer to a preflight.</returns>
    public static bool Admit(HttpContext http, IReadOnlyList<string> configured)
    {
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || IsSameOrigin(http.Request, origin))
            return true;
        var response = http.Response;
        var allowsAny = configured.Contains(Any);
        if (!allowsAny && !(Ascii.IsValid(origin) && AlwaysAllowed.Concat(configured).Any(pattern => Matches(pattern, origin))))
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
            return false;
        }

        var isPreflight = HttpMethods.IsOptions(http.Request.Method);
        response.Headers.AccessControlAllowOrigin = allowsAny ? Any : origin;
        if (!allowsAny)
            response.Headers.Vary = isPreflight ? "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" : "Origin";
        if (!isPreflight)
        {
            response.Headers.AccessControlExposeHeaders = Exposed;
            return true;
        }

        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.AccessControlAllowMethods = Methods;
        response.Headers.AccessControlAllowHeaders = Headers;
        response.Headers.AccessControlMaxAge = "43200";
        return false;
    }

    /// <summary>A proxy that changes <c>Host</c> forwards the client's host in another header, which a page cannot forge without a preflight.</summary>
    private static bool IsSameOrigin(HttpRequest request, string origin) =>
        IsOriginOf(request.Host.Value, origin) || IsOriginOf(request.Headers["X-Forwarded-Host"], origin);

    private static bool IsOriginOf(string? host, string origin) =>
        !string.IsNullOrEmpty(host)
        && (origin.Equals($"http://{host}", StringComparison.OrdinalIgnoreCase) || origin.Equals($"https://{host}", StringComparison.OrdinalIgnoreCase));

    private static bool Matches(string pattern, string origin)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? origin.Equals(pattern, StringComparison.OrdinalIgnoreCase)
            : origin.Length >= pattern.Length - 1
                && origin.AsSpan().StartsWith(pattern.AsSpan(0, star), StringComparison.OrdinalIgnoreCase)
                && origin.AsSpan().EndsWith(pattern.AsSpan(star + 1), StringComparison.OrdinalIgnoreCase);
    }
}
