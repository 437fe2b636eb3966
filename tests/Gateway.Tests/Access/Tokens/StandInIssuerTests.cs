using System.Text.Json.Nodes;
using Dragoman.StandIn;

namespace Dragoman.Gateway.Tests.Access.Tokens;

/// <summary>The stand-in issuer gives out tokens as RFC 8628 and RFC 6749 say, so that clients can be tested with it.</summary>
public class StandInIssuerTests
{
    [Fact]
    public async Task A_device_gets_a_token_when_a_person_approves_it()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        using var http = new HttpClient();
        var begun = await PostAsync(http, test.Issuer.Address + "/devicecode", ("client_id", "cli"), ("scope", "openid"));
        (string, string)[] question = [("grant_type", DeviceLogins.Grant), ("client_id", "cli"), ("device_code", begun["device_code"]!.ToString())];
        Assert.Equal("authorization_pending", (await PostAsync(http, test.Issuer.Address + "/token", question))["error"]?.ToString());
        test.Issuer.Devices.Error = "slow_down";
        Assert.Equal("slow_down", (await PostAsync(http, test.Issuer.Address + "/token", question))["error"]?.ToString());
        test.Issuer.Devices.Error = null;
        test.Issuer.Devices.Approve(Assert.Single(test.Issuer.Devices.Waiting), ("oid", "person"));
        var token = (await PostAsync(http, test.Issuer.Address + "/token", question))["access_token"]!.ToString();
        Assert.Equal("person", (await test.AcceptAsync(token)).User);
        Assert.Equal("invalid_grant", (await PostAsync(http, test.Issuer.Address + "/token", question))["error"]?.ToString());
        Assert.Equal(4, test.Issuer.Devices.Questions);
    }

    [Fact]
    public async Task A_device_is_told_when_a_person_denies_it()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        using var http = new HttpClient();
        var begun = await PostAsync(http, test.Issuer.Address + "/devicecode", ("client_id", "cli"));
        test.Issuer.Devices.Deny(begun["user_code"]!.ToString());
        Assert.Equal("access_denied", (await PostAsync(http, test.Issuer.Address + "/token", ("grant_type", DeviceLogins.Grant), ("client_id", "cli"), ("device_code", begun["device_code"]!.ToString())))["error"]?.ToString());
    }

    [Fact]
    public async Task A_service_gets_a_token_with_its_secret()
    {
        await using var test = await VerifierUnderTest.StartAsync();
        using var http = new HttpClient();
        var answer = await PostAsync(http, test.Issuer.Address + "/token", ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "s"));
        Assert.Equal("service", (await test.AcceptAsync(answer["access_token"]!.ToString())).User);
        Assert.Equal("invalid_client", (await PostAsync(http, test.Issuer.Address + "/token", ("grant_type", "client_credentials")))["error"]?.ToString());
        Assert.Equal("unsupported_grant_type", (await PostAsync(http, test.Issuer.Address + "/token", ("grant_type", "password")))["error"]?.ToString());
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string url, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
        using var response = await http.PostAsync(url, content);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}
