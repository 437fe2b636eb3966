using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>A sidecar that is about to stop forwards requests by answering with the location that nginx named.</summary>
public class NextSidecarTests
{
    private const string Header = "X-Dragoman-Next-Sidecar";

    [Theory]
    [InlineData("/v1/messages", true)]
    [InlineData("/api/chat", false)]
    [InlineData("/api/show", false)]
    public async Task What_one_refuses_another_answers_with_the_same_request(string path, bool withFunctions)
    {
        await using var stopping = await RecordingUpstream.StartAsync("stopping", PassOn);
        await using var other = await RecordingUpstream.StartAsync("other");
        await using var functions = await RecordingUpstream.StartAsync("functions");
        await using var door = await NginxFrontDoor.StartAsync($"{stopping.Authority},{other.Authority}", withFunctions ? functions.Authority : null);
        using var client = PlainHttpClient.For(door.Address);
        var body = RandomNumberGenerator.GetBytes(20_000);

        for (var request = 0; request < 10; request++)
        {
            using var answer = await client.PostAsync(path + "?a=1", new ByteArrayContent(body));
            Assert.Equal("other", await answer.Content.ReadAsStringAsync());
        }

        Assert.Equal(10, other.Requests.Count);
        Assert.All(other.Requests, request => Assert.Equal(("POST", path + "?a=1"), (request.Method, request.RawTarget)));
        Assert.All(other.Requests, request => Assert.Equal(body, request.Body));
    }

    [Fact]
    public async Task Each_is_asked_in_turn_and_the_last_one_has_nobody_to_pass_to()
    {
        await using var one = await RecordingUpstream.StartAsync("one", PassOn);
        await using var two = await RecordingUpstream.StartAsync("two", PassOn);
        await using var three = await RecordingUpstream.StartAsync("three", PassOn);
        await using var door = await NginxFrontDoor.StartAsync($"{one.Authority},{two.Authority},{three.Authority}", null);
        using var client = PlainHttpClient.For(door.Address);

        using var answer = await client.PostAsync("/api/chat", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        // The sidecar that was asked first is asked again when its turn comes round.
        Assert.Equal(4, one.Requests.Count + two.Requests.Count + three.Requests.Count);
        Assert.DoesNotContain(Header, three.Requests.Last().Headers.Keys);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1_000_000)]
    public async Task One_that_is_gone_is_passed_over_for_a_post_too(int length)
    {
        await using var other = await RecordingUpstream.StartAsync("other");
        await using var door = await NginxFrontDoor.StartAsync($"127.0.0.1:{FreePort.Find()},{other.Authority}", null);
        using var client = PlainHttpClient.For(door.Address);

        for (var request = 0; request < 4; request++)
        {
            using var answer = await client.PostAsync("/api/chat", new ByteArrayContent(new byte[length]));
            Assert.Equal("other", await answer.Content.ReadAsStringAsync());
        }

        Assert.All(other.Requests, request => Assert.Equal(length, request.Body.Length));
    }

    [Fact]
    public async Task What_nginx_does_not_keep_cannot_be_passed_on_and_comes_by_a_connection_of_its_own()
    {
        var connections = new ConcurrentBag<string>();
        Task Answer(HttpContext context)
        {
            connections.Add(context.Connection.Id);
            return PassOn(context);
        }

        await using var one = await RecordingUpstream.StartAsync("one", Answer);
        await using var two = await RecordingUpstream.StartAsync("two", Answer);
        await using var door = await NginxFrontDoor.StartAsync($"{one.Authority},{two.Authority}", null);
        using var client = PlainHttpClient.For(door.Address);

        for (var request = 0; request < 4; request++)
        {
            using var answer = await client.PostAsync("/api/chat", new ByteArrayContent(new byte[30_000]));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }

        Assert.All([.. one.Requests, .. two.Requests], request => Assert.Equal("unavailable", request.Headers[Header]));
        Assert.Equal(4, connections.Distinct().Count());
    }

    [Fact]
    public async Task A_post_that_another_may_have_begun_is_not_repeated()
    {
        await using var one = await RecordingUpstream.StartAsync("one", Break);
        await using var two = await RecordingUpstream.StartAsync("two", Break);
        await using var door = await NginxFrontDoor.StartAsync($"{one.Authority},{two.Authority}", null);
        using var client = PlainHttpClient.For(door.Address);

        using var answer = await client.PostAsync("/api/chat", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        Assert.Equal(1, one.Requests.Count + two.Requests.Count);
    }

    [Fact]
    public async Task Of_a_single_sidecar_nobody_is_named_and_no_client_can_name_one()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat") { Content = new StringContent("{}") };
        request.Headers.Add(Header, "@functions");

        using var answer = await stack.Client.SendAsync(request);

        Assert.DoesNotContain(Header, Assert.Single(stack.Sidecar.Requests).Headers.Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1,i:1")]
    public async Task Too_few_or_too_many_are_refused_by_name(string sidecars)
    {
        using var target = new ScratchDirectory();

        var (exitCode, output) = await NginxFrontDoor.TryRenderAsync(target.Path, new Dictionary<string, string?> { ["DRAGOMAN_SIDECAR"] = sidecars == "" ? "," : sidecars });

        Assert.Equal(2, exitCode);
        Assert.Contains("DRAGOMAN_SIDECAR", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(target.Path));
    }

    private static async Task PassOn(HttpContext context)
    {
        if (context.Request.Headers.TryGetValue(Header, out var next) && next != "unavailable")
        {
            context.Response.Headers["X-Accel-Redirect"] = next;
            context.Response.Headers.Connection = "close";
            context.Response.ContentLength = 0;
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("{}");
        }
    }

    private static Task Break(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }
}
