using System.Net;
using Dragoman.Endpoints;

namespace Dragoman.Gateway.Tests.Endpoints;

public class OpenNetworkTests
{
    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("203.0.113.9", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("fd12::1", true)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1, 10.0.0.1", true)]
    [InlineData("no address", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.9.9.9", false)]
    [InlineData("::1", false)]
    [InlineData("", false)]
    public async Task What_came_by_an_address_beyond_loopback_is_refused_until_that_is_allowed(string address, bool refused)
    {
        foreach (var access in new[] { "{}", """{ "allowOpenNetwork": true }""" })
        {
            await using var gateway = await GatewayUnderTest.StartAsync(access: access);
            foreach (var path in new[] { "/api/version", "/v1/models", "/health" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.TryAddWithoutValidation(OpenNetwork.Header, address);
                using var response = await gateway.Client.SendAsync(request);
                Assert.Equal(refused && access == "{}" ? HttpStatusCode.Forbidden : HttpStatusCode.OK, response.StatusCode);
            }
        }
    }

    [Fact]
    public async Task The_refusal_says_what_would_allow_it_in_the_callers_dialect()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages");
        request.Headers.Add(OpenNetwork.Header, "10.0.0.1");
        using var response = await gateway.Client.SendAsync(request);
        var error = GatewayUnderTest.Json(await response.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.Equal("permission_error", error.GetProperty("type").GetString());
        Assert.Contains("access.allowOpenNetwork", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/version")]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/messages")]
    public async Task No_browser_is_to_guess_what_an_answer_is(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await gateway.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }
}
