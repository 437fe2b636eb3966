using System.Net;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>Open access needs no key, so only this machine may use it, through nginx too.</summary>
public class OpenNetworkTests
{
    private const string Header = "X-Dragoman-Beyond-Loopback";
    private const string Elsewhere = "203.0.113.9";

    private static readonly Dictionary<string, string?> BehindAnIngress = new() { ["DRAGOMAN_TRUSTED_PROXY"] = "127.0.0.0/8" };

    [Theory]
    [InlineData("0.0.0.0:11434")]
    [InlineData("0.0.0.0")]
    [InlineData("[::]:11434")]
    [InlineData("[::]")]
    [InlineData("*:11434")]
    [InlineData("11434")]
    [InlineData("dragoman.example:11434")]
    [InlineData("dragoman.example")]
    [InlineData("192.168.1.20:11434")]
    [InlineData("[fd12::1]:11434")]
    [InlineData("128.0.0.1:11434")]
    [InlineData("127.0.0.1.example:11434")]
    [InlineData("localhost.example:11434")]
    public async Task An_address_that_others_can_reach_is_refused_until_that_is_allowed(string listen)
    {
        using var target = new ScratchDirectory();

        var (exitCode, output) = await RenderAsync(target, listen);

        Assert.Equal(2, exitCode);
        Assert.Contains($"DRAGOMAN_NGINX_LISTEN is {listen.Replace("*:", "", StringComparison.Ordinal)}, which other machines can reach", output, StringComparison.Ordinal);
        Assert.Contains("spend your providers' money", output, StringComparison.Ordinal);
        Assert.Contains("DRAGOMAN_ALLOW_OPEN_NETWORK=true", output, StringComparison.Ordinal);
        Assert.Contains("DRAGOMAN__access__mode", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(target.Path));
        Assert.Equal(2, (await RenderAsync(target, listen, ("DRAGOMAN_ALLOW_OPEN_NETWORK", "false"))).ExitCode);
        Assert.Equal(2, (await RenderAsync(target, listen, ("DRAGOMAN__access__mode", "open"))).ExitCode);
        Assert.Equal(0, (await RenderAsync(target, listen, ("DRAGOMAN_ALLOW_OPEN_NETWORK", "true"))).ExitCode);
        foreach (var mode in new[] { "keys", "jwt", "both" })
            Assert.Equal(0, (await RenderAsync(target, listen, ("DRAGOMAN__access__mode", mode))).ExitCode);
    }

    [Theory]
    [InlineData("127.0.0.1:11434")]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.7.6:80")]
    [InlineData("[::1]:11434")]
    [InlineData("[::1]")]
    [InlineData("localhost:11434")]
    [InlineData("unix:/run/dragoman.sock")]
    public async Task An_address_of_this_machine_alone_needs_no_permission(string listen)
    {
        using var target = new ScratchDirectory();

        Assert.Equal((0, ""), await RenderAsync(target, listen));
    }

    [Fact]
    public async Task The_door_says_nothing_of_a_request_from_this_machine_whatever_the_client_says()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        foreach (var path in new[] { "/api/chat", "/api/tags", "/health" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add(Header, Elsewhere);
            using var answer = await stack.Client.SendAsync(request);
        }

        Assert.All([.. stack.Sidecar.Requests, .. stack.Functions.Requests], request => Assert.DoesNotContain(Header, request.Headers.Keys));
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/api/tags")]
    [InlineData("/ready")]
    public async Task The_door_names_a_client_beyond_the_ingress_and_the_client_cannot_deny_it(string path)
    {
        await using var stack = await DoorWithUpstreams.StartAsync(settings: BehindAnIngress);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-For", Elsewhere);
        request.Headers.Add(Header, "127.0.0.1");

        using var answer = await stack.Client.SendAsync(request);

        Assert.Equal(Elsewhere, Assert.Single([.. stack.Sidecar.Requests, .. stack.Functions.Requests]).Headers[Header]);
    }

    [Theory]
    [InlineData("GET", "/api/tags")]
    [InlineData("POST", "/api/chat")]
    [InlineData("POST", "/v1/messages")]
    [InlineData("POST", "/v1/embeddings")]
    [InlineData("GET", "/health")]
    public async Task Processes_refuse_what_came_from_beyond_until_the_configuration_allows_it(string method, string path)
    {
        await using var stack = await DragomanStack.StartFullAsync(door: BehindAnIngress);
        await using var allowing = await DragomanStack.StartFullAsync(AllowsOpenNetwork, door: BehindAnIngress);

        using var local = await stack.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        using var refused = await stack.Client.SendAsync(FromElsewhere(method, path));
        using var allowed = await allowing.Client.SendAsync(FromElsewhere(method, path));

        Assert.NotEqual(HttpStatusCode.Forbidden, local.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("access.allowOpenNetwork", (await refused.JsonAsync()).GetRawText(), StringComparison.Ordinal);
        Assert.NotEqual(HttpStatusCode.Forbidden, allowed.StatusCode);
    }

    [Fact]
    public async Task A_websocket_from_beyond_is_refused_too()
    {
        await using var stack = await DragomanStack.StartFullAsync(door: BehindAnIngress);

        Assert.Equal(101, await HandshakeAsync(stack.Door.Port, "localhost"));
        Assert.Equal(403, await HandshakeAsync(stack.Door.Port, "localhost", $"X-Forwarded-For: {Elsewhere}\r\n"));
    }

    /// <summary>The test runs in a separate network namespace, whose only address beyond loopback is not used by anything else.</summary>
    [Fact]
    public async Task A_request_that_nginx_got_at_an_address_beyond_loopback_is_refused()
    {
        using var directory = new ScratchDirectory();
        var sidecar = FreePort.Find();
        foreach (var (listen, expected) in new[] { ("0.0.0.0:8080", "198.51.100.1=403 127.0.0.1=200"), ("198.51.100.1:8080", "198.51.100.1=403") })
        {
            var rendered = directory.File(listen.Replace(':', '-'));
            var (exitCode, output) = await NginxFrontDoor.TryRenderAsync(rendered, new Dictionary<string, string?>
            {
                ["DRAGOMAN_NGINX_LISTEN"] = listen,
                ["DRAGOMAN_ALLOW_OPEN_NETWORK"] = "true",
                ["DRAGOMAN_SIDECAR"] = $"127.0.0.1:{sidecar}",
                ["DRAGOMAN_ACCESS_LOG"] = Path.Combine(rendered, "access.log"),
            });
            Assert.True(exitCode == 0, output);

            (exitCode, output) = await RunningProcess.RunAsync(
                "unshare",
                ["--net", "--fork", "--pid", "--kill-child", "bash", "-c", AskAtEachAddress, Repository.Executable("sidecar"), NginxFrontDoor.Executable, rendered, expected],
                new Dictionary<string, string?> { ["DRAGOMAN_SIDECAR_PORT"] = $"{sidecar}" }, directory.Path);

            Assert.True(exitCode == 0, output);
            Assert.Contains(expected, output, StringComparison.Ordinal);
        }
    }

    /// <summary>$0 is the sidecar, $1 nginx, $2 the rendered files. $3 is the expected result: pairs of an address and a status.</summary>
    private const string AskAtEachAddress =
        """
        set -eu
        ip link set lo up
        ip address add 198.51.100.1/32 dev lo
        "$0" &
        "$1" -e stderr -p "$2" -c "$2/nginx.conf" -g 'daemon off;' &
        answers=
        for address in $(echo "$3" | sed 's/=[0-9]*//g'); do
            for attempt in $(seq 300); do
                status=$(curl -s -o /dev/null -w '%{http_code}' "http://$address:8080/api/version" || true)
                case $status in 000 | 502) sleep 0.1 ;; *) break ;; esac
            done
            answers="$answers $address=$status"
        done
        echo "$answers"
        """;

    [Theory]
    [InlineData("127.0.0.1", "{}", "open to every program on this machine, at 127.0.0.1:PORT; host names: localhost, *.localhost")]
    [InlineData("127.0.0.1", """{"allowOpenNetwork":true}""", "open to every program on this machine and anybody who reaches a proxy in front of 127.0.0.1:PORT; host names: localhost")]
    [InlineData("0.0.0.0", """{"allowOpenNetwork":true,"hosts":["gateway.example"]}""", "open to anybody who reaches 0.0.0.0:PORT; host names: localhost, .*gateway.example, and addresses")]
    [InlineData("0.0.0.0", """{"allowOpenNetwork":true,"hosts":["*"]}""", "open to anybody who reaches 0.0.0.0:PORT; host names: any")]
    public async Task One_line_at_the_start_says_who_can_reach_a_process(string address, string access, string expected)
    {
        using var directory = new ScratchDirectory();
        await File.WriteAllTextAsync(directory.File("gateway.json"), $$"""{"access":{{access}}}""");
        foreach (var name in new[] { "sidecar", "functions" })
        {
            await using var process = DragomanProcess.Launch(
                name, directory.Path, new Dictionary<string, string?> { ["DRAGOMAN_LISTEN"] = address, [DragomanProcess.PortVariable(name)] = "0" });

            var line = await process.LineAsync(new Regex($"^dragoman-{name}: open to .*"));

            Assert.Matches($"^dragoman-{name}: {expected.Replace("*", "\\*", StringComparison.Ordinal).Replace(".\\*", ".*", StringComparison.Ordinal).Replace("PORT", "[1-9][0-9]*", StringComparison.Ordinal)}", line.Value);
        }
    }

    internal static readonly Dictionary<string, string?> AllowsOpenNetwork = new() { ["DRAGOMAN__access__allowOpenNetwork"] = "true" };

    /// <summary>The status of a WebSocket handshake.</summary>
    internal static async Task<int> HandshakeAsync(int port, string host, string headers = "")
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"GET /v1/responses HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"));
        using var reader = new StreamReader(stream);
        var status = await reader.ReadLineAsync().WaitAsync(Eventually.Deadline);
        return int.Parse(status!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static HttpRequestMessage FromElsewhere(string method, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("X-Forwarded-For", Elsewhere);
        return request;
    }

    private static Task<(int ExitCode, string Output)> RenderAsync(ScratchDirectory target, string listen, params (string Name, string Value)[] settings)
    {
        // With this number set, render.sh does not warn about the limit of open files of the shell that runs the tests.
        var environment = new Dictionary<string, string?> { ["DRAGOMAN_NGINX_LISTEN"] = listen, ["DRAGOMAN_WORKER_CONNECTIONS"] = "512" };
        foreach (var (name, value) in settings)
            environment[name] = value;
        return NginxFrontDoor.TryRenderAsync(target.Path, environment);
    }
}
