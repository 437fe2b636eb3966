using System.Net;
using Dragoman.Access.Credentials;
using Dragoman.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dragoman.Gateway.Tests.Access.Credentials;

public class ClientAddressTests
{
    [Theory]
    [InlineData("203.0.113.7", "", "203.0.113.7")]
    [InlineData("203.0.113.7", "10.1.1.1", "203.0.113.7")]
    [InlineData("127.0.0.1", "", "127.0.0.1")]
    [InlineData("127.0.0.1", "203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.9", "10.1.1.1", "203.0.113.9")]
    [InlineData("::1", "2001:db8::7", "2001:db8::7")]
    [InlineData("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.1", "198.51.100.1, 203.0.113.7, 127.0.0.1", "203.0.113.7")]
    [InlineData("127.0.0.1", "203.0.113.7:51234", "203.0.113.7")]
    [InlineData("127.0.0.1", "[2001:db8::7]:51234", "2001:db8::7")]
    [InlineData("127.0.0.1", "203.0.113.7, unknown", "255.255.255.255")]
    [InlineData("127.0.0.1", "rubbish, 127.0.0.2", "255.255.255.255")]
    [InlineData("127.0.0.1", ",,,", "255.255.255.255")]
    [InlineData("127.0.0.1", "127.0.0.3,127.0.0.2", "127.0.0.3")]
    public void Only_a_trusted_proxy_names_the_client(string connection, string forwarded, string expected) =>
        Assert.Equal(expected, Of(connection, AccessSettings.LocalProxies, forwarded).ToString());

    [Fact]
    public void Several_header_lines_are_one_list() =>
        Assert.Equal("203.0.113.7", Of("127.0.0.1", AccessSettings.LocalProxies, "198.51.100.1", "203.0.113.7,127.0.0.1").ToString());

    [Fact]
    public void Other_proxies_can_be_trusted() =>
        Assert.Equal("203.0.113.7", Of("10.0.0.9", [IPNetwork.Parse("10.0.0.0/8")], "203.0.113.7, 10.0.0.8").ToString());

    [Fact]
    public void With_no_trusted_proxy_the_connection_counts() =>
        Assert.Equal("127.0.0.1", Of("127.0.0.1", [], "203.0.113.7").ToString());

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    public void An_IPv6_client_is_its_network(string address, string expected) =>
        Assert.Equal(expected, ClientAddress.NetworkOf(IPAddress.Parse(address)).ToString());

    private static IPAddress Of(string connection, IReadOnlyList<IPNetwork> proxies, params string[] forwarded)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(connection);
        if (forwarded is not [""])
            http.Request.Headers["X-Forwarded-For"] = new StringValues(forwarded);
        return ClientAddress.Of(http, proxies);
    }
}
