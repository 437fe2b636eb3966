using System.Net;
using System.Security.Cryptography;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>The sidecar hands over with X-Accel-Redirect (specs/functions-host.md 3).</summary>
public class HandOverTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(3_000_000)]
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

    [Fact]
    public async Task A_chunked_body_is_replayed_too()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: HandOver);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent("{\"a\":1}") };
        request.Headers.TransferEncodingChunked = true;

        using var answer = await stack.Client.SendAsync(request);

        Assert.Equal("functions", await answer.Content.ReadAsStringAsync());
        Assert.Equal("{\"a\":1}", Assert.Single(stack.Functions.Requests).BodyText);
    }

    [Fact]
    public async Task The_functions_cannot_send_a_request_elsewhere()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(functions: HandOver);

        using var answer = await stack.Client.GetAsync(new Uri("/api/tags", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single(stack.Functions.Requests);
        Assert.False(answer.Headers.Contains("X-Accel-Redirect"));
    }

    [Fact]
    public async Task With_the_functions_down_streams_still_work_and_the_rest_is_a_502()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: async context =>
        {
            if (context.Request.Query.ContainsKey("stream"))
                await context.Response.WriteAsync("streamed");
            else
                await HandOver(context);
        });
        await stack.Functions.DisposeAsync();

        using var streamed = await stack.Client.PostAsync("/api/chat?stream", new StringContent("{}"));
        using var collected = await stack.Client.PostAsync("/api/chat", new StringContent("{}"));

        Assert.Equal("streamed", await streamed.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadGateway, collected.StatusCode);
        Assert.Equal("application/json", collected.Content.Headers.ContentType?.MediaType);
    }

    private static Task HandOver(HttpContext context)
    {
        context.Response.Headers["X-Accel-Redirect"] = "@functions";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
