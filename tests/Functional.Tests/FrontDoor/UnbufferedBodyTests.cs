using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>
/// nginx forwards a body of 30,000 bytes or more, or of unannounced size, to the sidecar while it arrives. The sidecar's
/// deadline therefore ends a slow body, and nginx keeps nothing that it could send a second time.
/// </summary>
public sealed class UnbufferedBodyTests
{
    [Theory]
    [InlineData("/api/chat", 30_000, false)]
    [InlineData("/v1/messages", 5_000_000, false)]
    [InlineData("/v1/chat/completions", 10, true)]
    [InlineData("/v1/embeddings", 30_000, false)]
    [InlineData("/api/embed", 5_000_000, true)]
    [InlineData("/ready", 30_000, false)]
    public async Task It_goes_to_the_sidecar_which_is_told_of_nobody_else(string path, int length, bool chunked)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        ForbidTemporaryFiles(stack.Door);
        var body = RandomNumberGenerator.GetBytes(length);
        using var request = new HttpRequestMessage(HttpMethod.Post, path + "?a=1&a=2") { Content = new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Add("X-Dragoman-Functions", "available");
        request.Headers.Add("X-Dragoman-Next-Sidecar", "@functions");

        using var answer = await stack.Client.SendAsync(request);

        Assert.Equal("sidecar", await answer.Content.ReadAsStringAsync());
        Assert.Empty(stack.Functions.Requests);
        var received = Assert.Single(stack.Sidecar.Requests);
        Assert.Equal(("POST", path + "?a=1&a=2"), (received.Method, received.RawTarget));
        Assert.Equal(body, received.Body);
        Assert.DoesNotContain("X-Dragoman-Functions", received.Headers.Keys);
        Assert.DoesNotContain("X-Dragoman-Next-Sidecar", received.Headers.Keys);
    }

    [Theory]
    [InlineData("/api/chat", "sidecar")]
    [InlineData("/api/embed", "functions")]
    public async Task The_largest_body_that_is_kept_fits_into_memory(string path, string answeredBy)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        ForbidTemporaryFiles(stack.Door);

        using var answer = await stack.Client.PostAsync(path, new ByteArrayContent(new byte[29_999]));

        Assert.Equal(answeredBy, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Http_1_0_and_a_client_that_asks_first_are_served()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        var body = new string('x', 40_000);

        var old = await RawHttp.ExchangeAsync(stack.Door.Port, $"POST /api/chat HTTP/1.0\r\nContent-Length: 40000\r\n\r\n{body}");
        using var asking = new HttpRequestMessage(HttpMethod.Post, "/api/chat") { Content = new StringContent(body) };
        asking.Headers.ExpectContinue = true;
        using var answer = await stack.Client.SendAsync(asking);

        Assert.Equal((200, "sidecar"), (Assert.Single(old).Status, Assert.Single(old).Body));
        Assert.Equal("sidecar", await answer.Content.ReadAsStringAsync());
        Assert.All(stack.Sidecar.Requests, request => Assert.Equal(body, request.BodyText));
        Assert.Equal(2, stack.Sidecar.Requests.Count);
    }

    [Fact]
    public async Task The_connection_serves_further_requests()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        var body = new string('x', 0x10000);

        var answers = await RawHttp.ExchangeAsync(
            stack.Door.Port,
            $"POST /api/embed HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n{body}"
            + $"POST /api/embed HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10000;x=1\r\n{body}\r\n0\r\nX-Trailer: 1\r\n\r\n"
            + "POST /api/embed HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");

        Assert.Equal(["sidecar", "sidecar", "functions"], answers.Select(answer => answer.Body));
        Assert.All(stack.Sidecar.Requests, request => Assert.Equal(body, request.BodyText));
        Assert.Equal("{}", Assert.Single(stack.Functions.Requests).BodyText);
    }

    [Theory]
    [InlineData("ollama", "Content-Length: 40000")]
    [InlineData("openai", "Transfer-Encoding: chunked")]
    [InlineData("anthropic", "Content-Length: 30000000")]
    public async Task A_client_that_trickles_is_told_408_in_its_dialect_and_its_place_is_free_again(string name, string head)
    {
        var dialect = Dialect.Of(name);
        await using var stack = await DragomanStack.StartFullAsync(door: new Dictionary<string, string?> { ["DRAGOMAN_CLIENT_REQUESTS"] = "1" });
        var answered = 0;
        async Task<HttpStatusCode> AskAsync()
        {
            using var asked = await stack.Client.SendAsync(dialect.Request(Requests.Model, stream: false));
            answered += asked.StatusCode == HttpStatusCode.OK ? 1 : 0;
            return asked.StatusCode;
        }

        using var slow = await SlowBody.BeginAsync(stack.Door.Port, dialect.Path, head);
        await Eventually.HoldsAsync(async () => await AskAsync() == HttpStatusCode.ServiceUnavailable, () => "the slow body is not counted");

        var answer = await slow.TrickleAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.NotEmpty(dialect.ErrorMessage(JsonSerializer.Deserialize<JsonElement>(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..])));
        slow.Dispose();
        await Eventually.HoldsAsync(async () => await AskAsync() == HttpStatusCode.OK, () => "its place is not free");
        Assert.Equal(answered, (await stack.ProviderRequestsAsync()).Count(request => request.GetProperty("method").GetString() == "POST"));
    }

    [Fact]
    public async Task A_refusal_does_not_wait_for_a_client_that_does_not_go_on()
    {
        await using var stack = await DragomanStack.StartFullAsync();
        using var slow = await SlowBody.BeginAsync(stack.Door.Port, "/v1/nope", "Content-Length: 30000000");

        Assert.StartsWith("HTTP/1.1 404 ", await slow.ReadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/nope", 5_000_000, HttpStatusCode.NotFound)]
    [InlineData("/v1/chat/completions", 5_000_000, HttpStatusCode.BadRequest)]
    [InlineData("/v1/embeddings", 34_000_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_refusal_reaches_a_client_that_is_still_sending(string path, int length, HttpStatusCode status)
    {
        await using var stack = await DragomanStack.StartFullAsync();

        for (var time = 0; time < 10; time++)
        {
            using var refused = await stack.Client.PostAsync(path, new ByteArrayContent(new byte[length]));
            Assert.Equal(status, refused.StatusCode);
            Assert.NotEmpty((await refused.JsonAsync()).GetProperty("error").GetProperty("message").GetString()!);
        }

        using var answer = await stack.Client.SendAsync(Requests.OpenAIChat(stream: false));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_refusal_of_nginx_closes_the_connection_and_says_so()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        await stack.Sidecar.DisposeAsync();

        for (var time = 0; time < 30; time++)
        {
            using var refused = await stack.Client.PostAsync("/v1/messages", new ByteArrayContent(new byte[600_000]));
            Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
            Assert.True(refused.Headers.ConnectionClose);
        }
    }

    [Theory]
    [InlineData("Content-Length: 400000")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task Of_a_client_that_leaves_before_the_end_no_provider_hears(string head)
    {
        await using var stack = await DragomanStack.StartFullAsync();
        using (var slow = await SlowBody.BeginAsync(stack.Door.Port, "/v1/chat/completions", head, "X-Request-Id: left-1"))
            await slow.SendAsync(50_000);

        Assert.Contains((await stack.Door.AccessLogAsync("left-1")).GetProperty("status").GetInt32(), new[] { 400, 499 });
        // Before a process ends, it has logged everything that it had to settle.
        Assert.Equal(0, await stack.Sidecar.TerminateAsync());
        Assert.DoesNotContain("settled left-1", stack.Sidecar.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(await stack.ProviderRequestsAsync(), request => request.GetProperty("method").GetString() == "POST");
    }

    /// <summary>nginx cannot write temporary files when their directory is missing, and would answer 500.</summary>
    private static void ForbidTemporaryFiles(NginxFrontDoor door) => Directory.Delete(Path.Combine(door.DirectoryPath, "client-body"), recursive: true);

    /// <summary>A client that does not send all of its body.</summary>
    private sealed class SlowBody : IDisposable
    {
        private readonly CancellationTokenSource deadline = new(Eventually.Deadline);
        private readonly TcpClient client = new();
        private bool isChunked;

        public static async Task<SlowBody> BeginAsync(int port, string path, params string[] headers)
        {
            var slow = new SlowBody { isChunked = headers.Contains("Transfer-Encoding: chunked") };
            await slow.client.ConnectAsync(IPAddress.Loopback, port, slow.deadline.Token);
            await slow.client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\n{string.Join("\r\n", headers)}\r\n\r\n"), slow.deadline.Token);
            return slow;
        }

        public async Task SendAsync(int length)
        {
            var bytes = new string('x', length);
            await this.client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(this.isChunked ? $"{length:x}\r\n{bytes}\r\n" : bytes), deadline.Token);
        }

        /// <summary>Sends one byte per second until there is an answer.</summary>
        public async Task<string> TrickleAsync()
        {
            var answer = ReadAsync();
            while (await Task.WhenAny(answer, Task.Delay(TimeSpan.FromSeconds(1), deadline.Token)) != answer)
            {
                deadline.Token.ThrowIfCancellationRequested();
                await SendAsync(1);
            }

            return await answer;
        }

        /// <summary>Reads one answer that has a Content-Length.</summary>
        public async Task<string> ReadAsync()
        {
            var text = new StringBuilder();
            var buffer = new byte[4096];
            while (await this.client.GetStream().ReadAsync(buffer, deadline.Token) is var count && count > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                var (answer, headEnd) = (text.ToString(), text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal));
                if (headEnd > 0 && answer.Length - headEnd - 4 == int.Parse(new RawAnswer(0, answer[..headEnd], "").Header("Content-Length")!))
                    break;
            }

            return text.ToString();
        }

        public void Dispose()
        {
            this.client.Dispose();
            deadline.Dispose();
        }
    }
}
