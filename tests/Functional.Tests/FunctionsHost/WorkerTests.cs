using System.Net;
using System.Threading.Channels;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>Requests through the isolated worker, which a Functions host has started (specs/functions-worker.md 3).</summary>
[Trait("Category", "Streaming")]
public sealed class WorkerTests(WorkerDeployment deployment) : IClassFixture<WorkerDeployment>
{
    /// <summary>Headers that each server sets for its own connection.</summary>
    private static readonly string[] OfTheConnection = ["Date", "Transfer-Encoding", "Connection", "Keep-Alive"];

    public static TheoryData<string> Dialects => [.. Dialect.All.Select(dialect => dialect.Name)];

    [Fact]
    public async Task Every_function_answers_as_the_executable_alone()
    {
        deployment.Answer = WorkerDeployment.AnswerWholeAsync;
        Assert.True(deployment.Host.Functions.Count > 30);
        foreach (var function in deployment.Host.Functions)
        {
            var path = function.Route.StartsWith("{ignored", StringComparison.Ordinal) ? "/" : "/" + function.Route.Replace("{*id}", "x/y", StringComparison.Ordinal);
            foreach (var method in function.Methods)
            {
                var answers = new List<string>();
                foreach (var client in new[] { deployment.Alone.Client, deployment.Client })
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), path);
                    request.Headers.Add("Origin", "http://localhost");
                    if (method is "POST" or "DELETE")
                        request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
                    using var answer = await client.SendAsync(request);
                    var headers = answer.Headers.Concat(answer.Content.Headers).Select(header => header.Key).Except(OfTheConnection, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal);
                    Assert.Contains("X-Request-ID", headers, StringComparer.OrdinalIgnoreCase);
                    var length = (await answer.Content.ReadAsStringAsync()).Length;
                    answers.Add($"{function.Name} {method}: {(int)answer.StatusCode} {answer.Content.Headers.ContentType} {(length > 0 ? "with a body" : "empty")}, {string.Join(' ', headers)}");
                }

                Assert.Equal(answers[0], answers[1]);
            }
        }

        Assert.Empty(deployment.Host.Failures);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_stream_arrives_at_the_pace_at_which_it_is_sent(string name)
    {
        var words = Channel.CreateUnbounded<string>();
        deployment.Answer = WorkerDeployment.AnswerWith(words.Reader);
        var asking = deployment.Client.SendAsync(Dialect.Of(name).Request(WorkerDeployment.Model, stream: true), HttpCompletionOption.ResponseHeadersRead);
        words.Writer.TryWrite("word-0");
        using var answer = await asking;
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        for (var word = 0; word < 5; word++)
        {
            // The provider writes the next word only after the client has this one.
            await WorkerDeployment.ReadUntilAsync(reader, $"word-{word}");
            words.Writer.TryWrite($"word-{word + 1}");
        }

        words.Writer.Complete();
        Assert.Contains(Dialect.Of(name).GoodEnd, await reader.ReadToEndAsync().WaitAsync(Eventually.Deadline), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", true)]
    [InlineData("ollama", true)]
    [InlineData("anthropic", false)]
    public async Task When_a_client_leaves_its_provider_is_cut_and_the_request_settled(string name, bool stream)
    {
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        deployment.Answer = WorkerDeployment.AnswerHalf(cut);
        var before = deployment.Provider.Requests.Count;
        using var leaving = new CancellationTokenSource();
        using var request = Dialect.Of(name).Request(WorkerDeployment.Model, stream);
        request.Headers.Add("X-Request-Id", $"leaves-{name}");
        var asking = deployment.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        if (stream)
        {
            var answer = await asking;
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            await WorkerDeployment.ReadUntilAsync(reader, "half");
            answer.Dispose();
        }
        else
        {
            await Eventually.HoldsAsync(() => deployment.Provider.Requests.Count > before, () => "the provider was not asked");
            await leaving.CancelAsync();
        }

        await cut.Task.WaitAsync(Eventually.Deadline);
        Assert.Contains(" ClientLeft ", await WorkerDeployment.SettledAsync(deployment.Host, $"leaves-{name}"), StringComparison.Ordinal);
        if (!stream)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_provider_that_breaks_off_ends_the_stream_with_an_error_of_its_dialect(string name)
    {
        var breaks = new TaskCompletionSource();
        deployment.Answer = WorkerDeployment.AnswerHalf(breaks: breaks.Task);

        using var answer = await deployment.Client.SendAsync(Dialect.Of(name).Request(WorkerDeployment.Model, stream: true), HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await WorkerDeployment.ReadUntilAsync(reader, "half");
        breaks.SetResult();
        var text = await reader.ReadToEndAsync().WaitAsync(Eventually.Deadline);
        Assert.True(Dialect.Of(name).EndsWithError(text), text);
        Assert.Contains(" Failed ", await WorkerDeployment.SettledAsync(deployment.Host, answer.RequestId()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ollama", false)]
    [InlineData("openai", true)]
    [InlineData("anthropic", false)]
    public async Task A_body_beyond_the_limit_is_refused_in_its_dialect(string name, bool chunked)
    {
        using var request = Dialect.Of(name).Request(WorkerDeployment.Model, stream: true, padding: 34 * 1024 * 1024);
        request.Headers.TransferEncodingChunked = chunked;

        using var answer = await deployment.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("33554432", Dialect.Of(name).ErrorMessage(await answer.JsonAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_kestrels_own_default_is_read()
    {
        deployment.Answer = WorkerDeployment.AnswerWholeAsync;

        using var answer = await deployment.Client.SendAsync(Dialect.Of("openai").Request(WorkerDeployment.Model, stream: false, padding: 31_000_000));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_preflight_is_answered()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/chat");
        request.Headers.Add("Origin", "http://localhost");
        request.Headers.Add("Access-Control-Request-Method", "POST");

        using var answer = await deployment.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("http://localhost", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Theory]
    [InlineData(WorkerDeployment.HostName, 200)]
    [InlineData("other.azurewebsites.net", 403)]
    [InlineData("evil.example", 403)]
    [InlineData("localhost", 200)]
    public async Task Only_the_apps_own_name_and_local_ones_are_answered(string host, int status)
    {
        var answer = Assert.Single(await RawHttp.ExchangeAsync(
            deployment.Host.Address.Port, $"GET /api/version HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData("/v1/models/held/of/a-publisher")]
    [InlineData("/v1/models/held%2Fof%2Fa-publisher")]
    public async Task A_model_is_found_with_encoded_slashes(string path)
    {
        var answer = Assert.Single(await RawHttp.ExchangeAsync(
            deployment.Host.Address.Port, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        Assert.Equal(200, answer.Status);
        Assert.Contains("held/of/a-publisher", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_calls_are_answered_at_once()
    {
        const int Calls = 100;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = 0;
        deployment.Answer = async context =>
        {
            if (Interlocked.Increment(ref arrived) == Calls)
                all.SetResult();
            await all.Task;
            await WorkerDeployment.AnswerWholeAsync(context);
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => deployment.Client.SendAsync(Dialect.Of("ollama").Request(WorkerDeployment.Model, stream: false))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    /// <summary>A handshake is a GET, and the host passes no upgrade on.</summary>
    [Theory]
    [InlineData("/api/chat", 404)]
    [InlineData("/v1/chat/completions", 404)]
    [InlineData("/v1/responses", 405)] // the function of kept responses matches it
    public async Task A_WebSocket_is_refused(string path, int status)
    {
        var answer = Assert.Single(await RawHttp.ExchangeAsync(
            deployment.Host.Address.Port,
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task A_clients_own_invocation_id_does_not_reach_the_host_through_nginx()
    {
        deployment.Answer = WorkerDeployment.AnswerWholeAsync;
        await using var door = await NginxFrontDoor.StartAsync(deployment.Host.Address.Authority, deployment.Host.Address.Authority);
        using var client = PlainHttpClient.For(door.Address);
        using var request = Dialect.Of("ollama").Request(WorkerDeployment.Model, stream: false);
        request.Headers.Add("x-ms-invocation-id", "made-up");

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task The_hosts_log_has_the_settlement_and_no_query_string()
    {
        deployment.Answer = WorkerDeployment.AnswerWholeAsync;
        using (await deployment.Client.GetAsync(new Uri("/api/version?code=sentinel-secret", UriKind.Relative)))
        {
            using var request = Dialect.Of("ollama").Request(WorkerDeployment.Model, stream: false);
            using var answer = await deployment.Client.SendAsync(request);

            await WorkerDeployment.SettledAsync(deployment.Host, answer.RequestId());
        }

        Assert.DoesNotContain(deployment.Host.Lines, line => line.Contains("sentinel-secret", StringComparison.Ordinal));
    }
}
