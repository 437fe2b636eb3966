using System.Net;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary>
/// Rejects requests for a foreign host name, which protects against DNS rebinding (specs/ollama.md 0.1): the attacker points
/// the name of a web page to this machine, and the browser takes the gateway for the page's own server. IP addresses cannot
/// be redirected and are admitted. A request without a name is admitted too, because no browser sends one.
/// </summary>
internal static class HostGuard
{
    /// <summary>The header with the name that the client used, when a proxy or the Functions host replaces <c>Host</c>.</summary>
    private const string ForwardedHost = "X-Forwarded-Host";

    private static readonly string[] LocalEndings = [".localhost", ".local", ".internal"];

    /// <summary>The function app's host name, set by Azure.</summary>
    private static readonly string AppName = NameOf(Environment.GetEnvironmentVariable("WEBSITE_HOSTNAME") ?? "");

    /// <summary>The admitted host names, as text for the operator.</summary>
    /// <param name="configured">The operator's names; <c>*</c> for any.</param>
    public static string Describe(IReadOnlyList<string> configured) => configured.Contains("*")
        ? "any"
        : string.Join(", ", ((string[])["localhost", .. LocalEndings.Select(ending => "*" + ending), Environment.MachineName, AppName, .. configured])
            .Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)) + ", and addresses";

    /// <param name="http">The exchange with the client.</param>
    /// <param name="configured">The operator's names; <c>*</c> for any.</param>
    /// <returns>False after a rejection.</returns>
    public static bool Admit(HttpContext http, IReadOnlyList<string> configured)
    {
        var request = http.Request;
        // A web page can set the forwarded name too, so it admits nothing that Host alone would not.
        if (IsAdmitted(request.Host.Host, configured) && AreForwardedNamesAdmitted(request, configured))
            return true;
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return false;
    }

    private static bool AreForwardedNamesAdmitted(HttpRequest request, IReadOnlyList<string> configured)
    {
        if (!request.Headers.TryGetValue(ForwardedHost, out var values))
            return true;
        foreach (var value in values)
        {
            // The usual case: nginx sends the client's Host in both headers.
            if (string.IsNullOrEmpty(value) || value == request.Host.Value)
                continue;
            // Each proxy of a chain adds one name.
            if (!Array.TrueForAll(value.Split(',', StringSplitOptions.TrimEntries), name => IsAdmitted(NameOf(name), configured)))
                return false;
        }

        return true;
    }

    private static bool IsAdmitted(string host, IReadOnlyList<string> configured) =>
        IsLocal(host) || configured.Contains("*") || configured.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static bool IsLocal(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.IsValid(host is ['[', .., ']'] ? host.AsSpan(1, host.Length - 2) : host)
        || host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)
        || host.Equals(AppName, StringComparison.OrdinalIgnoreCase)
        || Array.Exists(LocalEndings, ending => host.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static string NameOf(string host) => new HostString(host).Host;
}
