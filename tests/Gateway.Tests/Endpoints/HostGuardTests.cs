using System.Net;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Endpoints;

public class HostGuardTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:11434", true)]
    [InlineData("127.0.0.1:11434", true)]
    [InlineData("[::1]:11434", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.0.1:80", true)]
    [InlineData("192.168.1.20", true)]
    [InlineData("[fd12::1]", true)]
    [InlineData("dragoman.localhost", true)]
    [InlineData("printer.local", true)]
    [InlineData("host.docker.internal:11434", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("8.8.8.8", true)]
    [InlineData("[2001:db8::1]", true)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("8.8.8.8.evil.example", false)]
    [InlineData("0x7f.evil", false)]
    [InlineData("local", false)]
    public async Task Only_addresses_and_local_names_are_answered(string host, bool answered)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await SendAsync(gateway, host);
        Assert.Equal(answered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(answered, (await response.Content.ReadAsByteArrayAsync()).Length > 0);
        Assert.True(response.Headers.Contains(RequestId.Header));
    }

    [Fact]
    public async Task The_machines_own_name_is_local()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await SendAsync(gateway, Environment.MachineName.ToUpperInvariant());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("""["dragoman.example"]""", "Dragoman.Example:8080", true)]
    [InlineData("""["dragoman.example"]""", "other.example", false)]
    [InlineData("""["*"]""", "other.example", true)]
    public async Task The_operator_may_name_more(string hosts, string host, bool answered)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(access: $$"""{ "hosts": {{hosts}} }""");
        using var response = await SendAsync(gateway, host);
        Assert.Equal(answered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_preflight_is_answered_before_the_host_is_looked_at()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/chat");
        request.Headers.Host = "evil.example";
        request.Headers.Add("Origin", "http://localhost");
        using var response = await gateway.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task A_page_whose_name_was_pointed_here_does_not_get_through()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat") { Content = new StringContent("{}") };
        request.Headers.Host = "evil.example";
        request.Headers.Add("Origin", "http://evil.example");
        request.Headers.Add("X-Forwarded-Host", "localhost");
        using var response = await gateway.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("localhost, evil.example", false)]
    [InlineData("evil.example:443", false)]
    [InlineData("localhost", true)]
    [InlineData("DRAGOMAN.example:443", true)]
    [InlineData("dragoman.example, 10.0.0.1", true)]
    [InlineData("", true)]
    public async Task A_forwarded_name_has_to_be_admitted_too(string forwarded, bool answered)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(access: """{ "hosts": ["dragoman.example"] }""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", forwarded);
        using var response = await gateway.Client.SendAsync(request);
        Assert.Equal(answered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }

    private static Task<HttpResponseMessage> SendAsync(GatewayUnderTest gateway, string host)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        request.Headers.Host = host;
        return gateway.Client.SendAsync(request);
    }
}
