using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Dragoman.StandIn;

/// <summary>The log-ins of devices at the stand-in issuer (RFC 8628). A test is the person who approves or denies them.</summary>
public sealed class DeviceLogins
{
    /// <summary>The grant type with which a device asks for its token.</summary>
    public const string Grant = "urn:ietf:params:oauth:grant-type:device_code";

    private readonly Lock gate = new();
    private readonly List<Login> logins = [];
    private int begun;

    /// <summary>The seconds that a device must wait between two questions.</summary>
    public int Interval { get; set; } = 1;

    /// <summary>The answer to the next questions of every device, such as <c>slow_down</c> or <c>expired_token</c>; null for the real one.</summary>
    public string? Error { get; set; }

    /// <summary>How often a device has asked for its token.</summary>
    public int Questions { get; private set; }

    /// <summary>The codes that devices have shown and nobody has decided about.</summary>
    public IReadOnlyList<string> Waiting
    {
        get
        {
            lock (gate)
                return [.. logins.Where(login => login is { Claims: null, IsDenied: false }).Select(login => login.UserCode)];
        }
    }

    /// <summary>Logs a person in with the code that the device shows.</summary>
    /// <param name="userCode">The code.</param>
    /// <param name="claims">The claims of the token that the device gets.</param>
    public void Approve(string userCode, params (string Name, JsonNode? Value)[] claims)
    {
        lock (gate)
            logins.Single(login => login.UserCode == userCode).Claims = claims;
    }

    public void Deny(string userCode)
    {
        lock (gate)
            logins.Single(login => login.UserCode == userCode).IsDenied = true;
    }

    internal JsonObject Begin(IFormCollection form, string address)
    {
        lock (gate)
        {
            var login = new Login($"device-{Guid.NewGuid():N}", $"CODE-{++begun:D4}", form["client_id"].ToString());
            logins.Add(login);
            return new JsonObject
            {
                ["device_code"] = login.DeviceCode,
                ["user_code"] = login.UserCode,
                ["verification_uri"] = address + "/device",
                ["verification_uri_complete"] = $"{address}/device?user_code={login.UserCode}",
                ["expires_in"] = 900,
                ["interval"] = Interval,
            };
        }
    }

    /// <summary>The claims of a device's token, or the error of RFC 8628 section 3.5. A code gives one token.</summary>
    internal ((string Name, JsonNode? Value)[]? Claims, string? Error) Redeem(string deviceCode, string clientId)
    {
        lock (gate)
        {
            Questions++;
            var login = logins.Find(each => each.DeviceCode == deviceCode && each.ClientId == clientId);
            if (Error is not null || login is null)
                return (null, Error ?? "invalid_grant");
            if (login.IsDenied)
                return (null, "access_denied");
            if (login.Claims is null)
                return (null, "authorization_pending");
            logins.Remove(login);
            return (login.Claims, null);
        }
    }

    private sealed class Login(string deviceCode, string userCode, string clientId)
    {
        public string DeviceCode { get; } = deviceCode;

        public string UserCode { get; } = userCode;

        public string ClientId { get; } = clientId;

        public (string Name, JsonNode? Value)[]? Claims { get; set; }

        public bool IsDenied { get; set; }
    }
}
