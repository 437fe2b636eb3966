using System.Net;
using System.Security.Cryptography;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>The sidecar hands requests over with X-Accel-Redirect (specs/functions-host.md 3).</summary>
public class HandOverTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(29_999)]
    public async Task The_functions_receive_the_same_request(int bodyLength)
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: HandOver);
        var body = RandomNumberGenerator.GetBytes(bodyLength);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat?a=1&a=2") { Content = new ByteArrayContent(body) };
        request.Headers.Add("Authorization", "Bearer team-key");
        request.Headers.Add("X-Request-Id", "the-id");
        request.Content.Headers.Add("Content-Type", "application/x-www-form-urlencoded");

        using var answer = await stack.Client.SendAsync(request);

        Assert.Equal("functions", await answer.Content.ReadAsStringAsync());
        var asked = Assert.Single(stack.Sidecar.Requests);
        var replayed = Assert.Single(stack.Functions.Requests);
        Assert.Equal("POST", replayed.Method);
        Assert.Equal("/api/chat?a=1&a=2", replayed.RawTarget);
        Assert.Equal(body, replayed.Body);
        Assert.Equal("Bearer team-key", replayed.Headers["Authorization"]);
        Assert.Equal("application/x-www-form-urlencoded", replayed.Headers["Content-Type"]);
        Assert.Equal("the-id", replayed.Headers["X-Request-Id"]);
        Assert.Equal(asked.Headers["Host"], replayed.Headers["Host"]);
        Assert.DoesNotContain("X-Dragoman-Functions", replayed.Headers.Keys);
    }

    [Fact]
    public async Task A_created_request_id_stays_the_same()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: HandOver);

        await stack.Client.PostAsync("/api/chat", new StringContent("{}"));

        Assert.Equal(
            Assert.Single(stack.Sidecar.Requests).Headers["X-Request-Id"],
            Assert.Single(stack.Functions.Requests).Headers["X-Request-Id"]);
    }

    [Theory]
    [InlineData("/api/chat", 2)]
    [InlineData("/api/embed", 1)]
    public async Task With_the_functions_down_the_sidecar_answers_and_is_told_of_none(string path, int timesAsked)
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: HandOverWhereItCan);
        await stack.Functions.DisposeAsync();
        var body = RandomNumberGenerator.GetBytes(20_000);

        using var answer = await stack.Client.PostAsync(path + "?a=1", new ByteArrayContent(body));

        Assert.Equal("sidecar", await answer.Content.ReadAsStringAsync());
        Assert.Equal(timesAsked, stack.Sidecar.Requests.Count);
        var asked = stack.Sidecar.Requests.Last();
        Assert.Equal(("POST", path + "?a=1"), (asked.Method, asked.RawTarget));
        Assert.Equal(body, asked.Body);
        Assert.DoesNotContain("X-Dragoman-Functions", asked.Headers.Keys);
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/api/embed")]
    public async Task Functions_that_are_about_to_stop_pass_a_request_on_to_the_sidecar(string path)
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: HandOverWhereItCan, functions: async context =>
        {
            context.Response.Headers["X-Accel-Redirect"] = context.Request.Headers["X-Dragoman-Next-Sidecar"];
            context.Response.ContentLength = 0;
            await Task.CompletedTask;
        });
        var body = RandomNumberGenerator.GetBytes(20_000);

        using var answer = await stack.Client.PostAsync(path, new ByteArrayContent(body));

        Assert.Equal("sidecar", await answer.Content.ReadAsStringAsync());
        Assert.Single(stack.Functions.Requests);
        Assert.Equal(body, stack.Sidecar.Requests.Last().Body);
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/api/embed")]
    public async Task A_post_that_the_functions_may_have_begun_is_not_sent_again(string path)
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: HandOverWhereItCan, functions: Break);

        using var answer = await stack.Client.PostAsync(path, new StringContent("{}"));

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Single(stack.Functions.Requests);
        Assert.DoesNotContain(stack.Sidecar.Requests, request => !request.Headers.ContainsKey("X-Dragoman-Functions"));
    }

    [Fact]
    public async Task A_get_that_breaks_at_the_functions_is_answered_by_the_sidecar()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(functions: Break);

        Assert.Equal("sidecar", await stack.Client.GetStringAsync("/api/tags"));
    }

    [Fact]
    public async Task Of_several_functions_one_that_is_gone_is_passed_over()
    {
        await using var sidecar = await RecordingUpstream.StartAsync("sidecar");
        await using var functions = await RecordingUpstream.StartAsync("functions");
        await using var door = await NginxFrontDoor.StartAsync(sidecar.Authority, $"127.0.0.1:{FreePort.Find()},{functions.Authority}");
        using var client = PlainHttpClient.For(door.Address);

        for (var request = 0; request < 4; request++)
        {
            using var answer = await client.PostAsync("/api/embed", new StringContent("{}"));
            Assert.Equal("functions", await answer.Content.ReadAsStringAsync());
        }

        Assert.Empty(sidecar.Requests);
    }

    [Fact]
    public async Task Functions_that_send_a_request_in_circles_end_in_an_error()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(functions: HandOver);

        using var answer = await stack.Client.GetAsync(new Uri("/api/tags", UriKind.Relative));

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.InRange(stack.Functions.Requests.Count, 1, 11);
        Assert.False(answer.Headers.Contains("X-Accel-Redirect"));
    }

    private static async Task HandOverWhereItCan(HttpContext context)
    {
        if (context.Request.Headers["X-Dragoman-Functions"] == "available")
            await HandOver(context);
        else
            await context.Response.WriteAsync("sidecar");
    }

    private static Task Break(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static Task HandOver(HttpContext context)
    {
        context.Response.Headers["X-Accel-Redirect"] = "@functions";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
