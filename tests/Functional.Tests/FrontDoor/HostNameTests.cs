using System.Net;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>A page whose name was made to point here (DNS rebinding) is rejected on every way in.</summary>
public sealed class HostNameTests : IAsyncLifetime
{
    private DragomanStack stack = null!;

    public async Task InitializeAsync() => stack = await DragomanStack.StartFullAsync(OpenNetworkTests.AllowsOpenNetwork);

    public async Task DisposeAsync() => await stack.DisposeAsync();

    [Theory]
    [InlineData("evil.example", "", 403)]
    [InlineData("evil.example:11434", "", 403)]
    [InlineData("localhost.evil.example", "", 403)]
    [InlineData("127.0.0.1.evil.example", "", 403)]
    [InlineData("evil.example", "X-Forwarded-Host: localhost\r\n", 403)]
    [InlineData("evil.example", "X-Dragoman-Beyond-Loopback: 127.0.0.1\r\n", 403)]
    [InlineData("localhost", "X-Forwarded-Host: evil.example\r\n", 200)] // nginx ignores what the client sends
    [InlineData("localhost:11434", "", 200)]
    [InlineData("203.0.113.7:11434", "", 200)]
    [InlineData("[2001:db8::7]:11434", "", 200)]
    public async Task Through_nginx_only_addresses_and_local_names_are_answered(string host, string headers, int status)
    {
        foreach (var path in new[] { "/v1/models", "/api/ps" })
        {
            var answer = Assert.Single(await RawHttp.ExchangeAsync(
                stack.Door.Port, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n"));
            Assert.Equal(status, answer.Status);
        }

        Assert.Equal(status == 200 ? 101 : 403, await OpenNetworkTests.HandshakeAsync(stack.Door.Port, host, headers));
    }

    [Theory]
    [InlineData("evil.example", "", 403)]
    [InlineData("localhost", "X-Forwarded-Host: evil.example\r\n", 403)]
    [InlineData("localhost", "X-Forwarded-Host: localhost, evil.example\r\n", 403)]
    [InlineData("localhost", "X-Forwarded-Host: localhost\r\n", 200)]
    public async Task The_processes_themselves_do_the_same(string host, string headers, int status)
    {
        foreach (var process in new[] { stack.Sidecar, stack.Functions! })
        {
            var answer = Assert.Single(await RawHttp.ExchangeAsync(
                process.Address.Port, $"GET /api/version HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n"));
            Assert.Equal(status, answer.Status);
        }

        Assert.Equal(status == 200 ? 101 : 403, await OpenNetworkTests.HandshakeAsync(stack.Sidecar.Address.Port, host, headers));
    }

    [Fact]
    public async Task Http_1_0_without_a_name_is_answered()
    {
        foreach (var port in new[] { stack.Door.Port, stack.Sidecar.Address.Port, stack.Functions!.Address.Port })
            Assert.Equal(200, Assert.Single(await RawHttp.ExchangeAsync(port, "GET /api/version HTTP/1.0\r\n\r\n")).Status);
    }

    [Fact]
    public async Task Listening_on_every_address_changes_nothing()
    {
        using var directory = new ScratchDirectory();
        foreach (var name in new[] { "sidecar", "functions" })
        {
            await using var process = DragomanProcess.Launch(name, directory.Path, new Dictionary<string, string?>(OpenNetworkTests.AllowsOpenNetwork)
            {
                ["DRAGOMAN_LISTEN"] = "0.0.0.0",
                ["DRAGOMAN__access__hosts"] = """["gateway.example"]""",
            });
            var line = await process.LineAsync(new Regex(@"listening on http://0\.0\.0\.0:(\d+)"));
            var port = int.Parse(line.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

            foreach (var (host, status) in new[] { ("evil.example", 403), ("gateway.example", 200), ($"127.0.0.1:{port}", 200) })
            {
                var answer = Assert.Single(await RawHttp.ExchangeAsync(
                    port, $"GET /api/version HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\n\r\n"));
                Assert.Equal(status, answer.Status);
            }
        }
    }

    [Fact]
    public async Task A_function_app_answers_to_its_own_name()
    {
        using var directory = new ScratchDirectory();
        await using var process = await DragomanProcess.StartAsync(
            "functions", directory.Path, new Dictionary<string, string?> { ["WEBSITE_HOSTNAME"] = "dragoman.azurewebsites.net" });

        foreach (var (host, status) in new[] { ("dragoman.azurewebsites.net", HttpStatusCode.OK), ("other.azurewebsites.net", HttpStatusCode.Forbidden) })
        {
            foreach (var header in new[] { "Host", "X-Forwarded-Host" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
                request.Headers.TryAddWithoutValidation(header, host);
                using var answer = await process.Client.SendAsync(request);
                Assert.Equal(status, answer.StatusCode);
            }
        }
    }
}
