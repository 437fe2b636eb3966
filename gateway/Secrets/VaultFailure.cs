using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Identity;
using Dragoman.Identity;

namespace Dragoman.Secrets;

/// <summary>Turns what the Azure client throws into a sentence for the operator. Measured with Azure.Security.KeyVault.Secrets 4.12.0.</summary>
internal static class VaultFailure
{
    /// <summary>A vault limits calls per ten seconds; a longer wait than this is a mistake.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>The failure of a call to a vault.</summary>
    /// <param name="place">The secret and its vault, as the beginning of a sentence.</param>
    /// <param name="error">What the client has thrown.</param>
    /// <param name="clock">The clock for a time to wait that is given as a date.</param>
    public static SecretException Of(string place, Exception error, TimeProvider clock)
    {
        var inner = error is AggregateException { InnerExceptions: [var first, ..] } ? first : error;
        var (fault, what) = Describe(inner);
        return new SecretException($"{place} {what}", fault) { RetryAfter = (inner as RequestFailedException)?.GetRawResponse() is { } answer ? RetryAfterOf(answer, clock) : null };
    }

    private static (SecretFault Fault, string What) Describe(Exception error) => error switch
    {
        CredentialUnavailableException or EntraException { IsMissing: true } => (SecretFault.NoIdentity, "cannot be read: the gateway has no identity for Microsoft Entra ID; give it a managed identity, or log in with Azure's tools"),
        EntraException { IsSlow: true } => (SecretFault.NoIdentity, "cannot be read: Microsoft Entra ID did not answer the gateway in time; check the network, and name the source of tokens in /identity/chain"),
        EntraException { IsUnreachable: true } => (SecretFault.NoIdentity, "cannot be read: Microsoft Entra ID cannot be reached by the gateway; check the network"),
        AuthenticationFailedException or EntraException => (SecretFault.NoIdentity, "cannot be read: Microsoft Entra ID gives the gateway no token; check the tenant, the client id and the sign-in log"),
        OperationCanceledException or TimeoutException => (SecretFault.TimedOut, "was not answered in time"),
        RequestFailedException failed => Describe(failed),
        InvalidOperationException when error.Message.Contains("DisableChallengeResourceVerification", StringComparison.Ordinal) =>
            (SecretFault.Challenge, "cannot be read: the vault's host is not in the domain for which it asks for tokens; check /keyVault/uri, and set /keyVault/verifyChallenge to false only for a cloud of your own"),
        // An answer that is no JSON, or a challenge without an address or a tenant.
        _ => (SecretFault.Malformed, "got an answer that is none of Azure Key Vault; check /keyVault/uri"),
    };

    private static (SecretFault Fault, string What) Describe(RequestFailedException error) => error.Status switch
    {
        0 => (SecretFault.Unreachable, "cannot be read: the vault cannot be reached; check its name, the network and its certificate"),
        >= 300 and < 400 => (SecretFault.Redirected, "was answered with a redirect, which is not followed; check /keyVault/uri"),
        401 => (SecretFault.Unauthenticated, "cannot be read: the vault does not accept the gateway's token; check that the identity belongs to the tenant of the vault"),
        403 => InnerCodeOf(error) switch
        {
            "SecretDisabled" => (SecretFault.Disabled, "is disabled; enable it, or add a new version"),
            "ForbiddenByFirewall" => (SecretFault.Forbidden, "cannot be read: the vault's firewall does not let the gateway in"),
            _ => (SecretFault.Forbidden, "cannot be read: the gateway's identity is not allowed to; give it the role Key Vault Secrets User for the vault or the secret"),
        },
        404 when error.ErrorCode == "SecretNotFound" => (SecretFault.Missing, "does not exist"),
        404 => (SecretFault.Malformed, "got an answer that is none of Azure Key Vault; check /keyVault/uri"),
        429 => (SecretFault.Throttled, "cannot be read at the moment: the vault gets too many requests"),
        >= 500 => (SecretFault.Failed, string.Create(CultureInfo.InvariantCulture, $"cannot be read: the vault answered with the status {error.Status}")),
        < 300 => (SecretFault.Malformed, "got an answer that is none of Azure Key Vault; check /keyVault/uri"),
        _ => (SecretFault.Failed, string.Create(CultureInfo.InvariantCulture, $"cannot be read: the vault answered with the status {error.Status}")),
    };

    /// <summary>The code inside the error, which tells a disabled secret from a missing permission; the client does not read it.</summary>
    private static string? InnerCodeOf(RequestFailedException error)
    {
        try
        {
            using var body = JsonDocument.Parse(error.GetRawResponse()?.Content.ToMemory() ?? default);
            return body.RootElement.GetProperty("error").GetProperty("innererror").GetProperty("code").GetString();
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static TimeSpan? RetryAfterOf(Response answer, TimeProvider clock)
    {
        if (!answer.Headers.TryGetValue("Retry-After", out var text))
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            return Within(TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds)));
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? Within(date - clock.GetUtcNow()) : null;

        static TimeSpan? Within(TimeSpan wait) => wait <= TimeSpan.Zero ? null : wait < Longest ? wait : Longest;
    }
}
