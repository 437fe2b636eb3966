using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>The headers that a client may send about itself, and those that only the front door sets.</summary>
public partial class RequestIdentityTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("req_01.AZ-az-09")]
    public async Task A_well_formed_request_id_is_passed_through(string id)
    {
        Assert.Equal(id, (await ReceivedAsync($"X-Request-Id: {id}"))["X-Request-Id"]);
    }

    [Fact]
    public async Task A_request_id_of_128_characters_is_passed_through()
    {
        var id = new string('x', 128);
        Assert.Equal(id, (await ReceivedAsync($"X-Request-Id: {id}"))["X-Request-Id"]);
    }

    [Theory]
    [InlineData("X-Request-Id:")]
    [InlineData("X-Request-Id: with space")]
    [InlineData("X-Request-Id: a/b")]
    [InlineData("X-Request-Id: \"quoted\"")]
    [InlineData("X-Request-Id: \u00e9")]
    [InlineData("Accept: */*")]
    public async Task Any_other_request_id_is_replaced_by_a_new_one(string header)
    {
        Assert.Matches(CreatedId(), (await ReceivedAsync(header))["X-Request-Id"]);
    }

    [Fact]
    public async Task A_request_id_of_129_characters_is_replaced()
    {
        Assert.Matches(CreatedId(), (await ReceivedAsync($"X-Request-Id: {new string('x', 129)}"))["X-Request-Id"]);
    }

    [Theory]
    [InlineData("X-Dragoman-Functions: available", "/api/tags")]
    [InlineData("x-ms-invocation-id: 1", "/api/tags")]
    [InlineData("x-ms-invocation-id: 1", "/api/chat")]
    [InlineData("X-Azure-Functions-InvocationId: 1", "/api/chat")]
    [InlineData("X-Azure-Functions-HostVersion: 1", "/api/chat")]
    [InlineData("X-Functions-Key: stolen", "/api/tags")]
    [InlineData("X-Dragoman-Front: stolen", "/api/tags")]
    [InlineData("X-Dragoman-Front: stolen", "/api/chat")]
    [InlineData("X-Dragoman-Beyond-Loopback: 127.0.0.1", "/api/tags")]
    [InlineData("X-Dragoman-Beyond-Loopback: 10.0.0.1", "/api/chat")]
    [InlineData("X-Accel-Redirect: @functions", "/api/chat")]
    [InlineData("Forwarded: for=10.0.0.1", "/api/chat")]
    [InlineData("Proxy: http://evil", "/api/chat")]
    [InlineData("X_Request_Id: under", "/api/chat")]
    public async Task Internal_headers_of_a_client_are_dropped(string header, string path)
    {
        Assert.DoesNotContain(header.Split(':')[0], (await ReceivedAsync(header, path)).Keys);
    }

    [Fact]
    public async Task A_client_in_the_small_deployment_cannot_claim_functions()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(withFunctions: false);

        await RawHttp.ExchangeAsync(
            stack.Door.Port, "GET /api/chat HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Dragoman-Functions: available\r\n\r\n");

        Assert.DoesNotContain("X-Dragoman-Functions", Assert.Single(stack.Sidecar.Requests).Headers.Keys);
    }

    /// <summary>nginx cannot drop headers by prefix, so the front door must set each internal header that the processes read.</summary>
    [Fact]
    public void Every_internal_header_that_the_code_reads_is_set_by_the_door()
    {
        var door = string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "nginx"), "*.conf").Select(File.ReadAllText));
        var read = new[] { "gateway", "functions", "sidecar" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => InternalHeader().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Except(AnswerHeaders, StringComparer.OrdinalIgnoreCase)
            .Distinct(StringComparer.OrdinalIgnoreCase);

        Assert.All(read, name => Assert.Contains($"proxy_set_header {name} ", door, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_client_is_described_by_the_door()
    {
        var received = await ReceivedAsync("X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nX-Real-IP: 1.2.3.4");

        Assert.Equal("127.0.0.1", received["X-Forwarded-For"]);
        Assert.Equal("127.0.0.1", received["X-Real-IP"]);
        Assert.Equal("http", received["X-Forwarded-Proto"]);
        Assert.Equal("named.host:1234", received["X-Forwarded-Host"]);
        Assert.Equal("named.host:1234", received["Host"]);
    }

    [Fact]
    public async Task A_trusted_ingress_may_describe_the_client()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(
            settings: new Dictionary<string, string?> { ["DRAGOMAN_TRUSTED_PROXY"] = "127.0.0.0/8" });

        await RawHttp.ExchangeAsync(
            stack.Door.Port,
            "GET /api/chat HTTP/1.1\r\nHost: inner\r\nConnection: close\r\nX-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n"
            + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: dragoman.example\r\n\r\n");

        var received = Assert.Single(stack.Sidecar.Requests).Headers;
        Assert.Equal("1.2.3.4", received["X-Forwarded-For"]);
        Assert.Equal("https", received["X-Forwarded-Proto"]);
        Assert.Equal("dragoman.example", received["X-Forwarded-Host"]);
    }

    [Fact]
    public async Task Http_1_0_without_a_host_is_answered()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        Assert.Equal("functions", Assert.Single(await RawHttp.ExchangeAsync(stack.Door.Port, "GET /api/tags HTTP/1.0\r\n\r\n")).Body);
    }

    [Fact]
    public async Task The_access_log_is_json_without_query_or_credentials()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        await RawHttp.ExchangeAsync(
            stack.Door.Port,
            "POST /v1/models/\"x\"?api_key=secret-in-query HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer secret-in-header\r\n"
            + "X-Request-Id: logged\r\nReferer: http://x/?secret-in-referer\r\nContent-Length: 14\r\n\r\nsecret-in-body");

        var line = await stack.Door.AccessLogAsync("logged");
        Assert.Equal("POST", line.GetProperty("method").GetString());
        Assert.Equal("/v1/models/\"x\"", line.GetProperty("path").GetString());
        Assert.Equal(200, line.GetProperty("status").GetInt32());
        Assert.Equal(stack.Functions.Authority, line.GetProperty("upstream").GetString());
        Assert.True(line.GetProperty("seconds").GetDouble() >= 0);
        Assert.DoesNotContain("secret", await stack.Door.AccessLogTextAsync(), StringComparison.Ordinal);
    }

    private static readonly string[] AnswerHeaders =
        ["X-Dragoman-Losses", "X-Dragoman-Token-Count", "X-Dragoman-Budget-Warning", "X-Dragoman-Cost", "X-Dragoman-Cost-Unknown", "X-Dragoman-Overhead-Ms", "X-Dragoman-Output-Limit"];

    [GeneratedRegex("^[0-9a-f]{32}$")]
    private static partial Regex CreatedId();

    [GeneratedRegex("\"(x-dragoman-[a-z0-9-]+)\"", RegexOptions.IgnoreCase)]
    private static partial Regex InternalHeader();

    private static async Task<IReadOnlyDictionary<string, string>> ReceivedAsync(string headerLines, string path = "/api/chat")
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        await RawHttp.ExchangeAsync(
            stack.Door.Port, $"GET {path} HTTP/1.1\r\nHost: named.host:1234\r\nConnection: close\r\n{headerLines}\r\n\r\n");
        return Assert.Single([.. stack.Sidecar.Requests, .. stack.Functions.Requests]).Headers;
    }
}
