using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

public class StreamingTests
{
    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/api/pull")]
    public async Task A_line_arrives_before_the_next_one_exists(string path)
    {
        var firstLineSeen = new TaskCompletionSource();
        async Task Answer(HttpContext context)
        {
            await context.Response.WriteAsync("first\n");
            await context.Response.Body.FlushAsync();
            await firstLineSeen.Task;
            await context.Response.WriteAsync("second\n");
        }
        await using var stack = await DoorWithUpstreams.StartAsync(Answer, Answer);

        using var answer = await stack.Client.SendAsync(Post(path), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Assert.Equal("first", await reader.ReadLineAsync().WaitAsync(Eventually.Deadline));
        firstLineSeen.SetResult();
        Assert.Equal("second", await reader.ReadLineAsync().WaitAsync(Eventually.Deadline));
        Assert.Null(await reader.ReadLineAsync().WaitAsync(Eventually.Deadline));
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/api/pull")]
    public async Task A_stream_that_breaks_off_never_looks_finished(string path)
    {
        var firstLineSeen = new TaskCompletionSource();
        async Task Answer(HttpContext context)
        {
            await context.Response.WriteAsync("first\n");
            await context.Response.Body.FlushAsync();
            await firstLineSeen.Task;
            context.Abort();
        }
        await using var stack = await DoorWithUpstreams.StartAsync(Answer, Answer);

        using var answer = await stack.Client.SendAsync(Post(path), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("first", await reader.ReadLineAsync().WaitAsync(Eventually.Deadline));
        firstLineSeen.SetResult();

        await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadLineAsync().WaitAsync(Eventually.Deadline));
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/api/pull")]
    public async Task A_client_that_leaves_cancels_the_upstream_request(string path)
    {
        var cancelled = new TaskCompletionSource();
        async Task Answer(HttpContext context)
        {
            context.RequestAborted.Register(() => cancelled.TrySetResult());
            await context.Response.WriteAsync("first\n");
            await context.Response.Body.FlushAsync();
            await cancelled.Task;
        }
        await using var stack = await DoorWithUpstreams.StartAsync(Answer, Answer);

        using (var answer = await stack.Client.SendAsync(Post(path), HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            Assert.Equal("first", await reader.ReadLineAsync().WaitAsync(Eventually.Deadline));
        }

        await cancelled.Task.WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task A_client_that_leaves_before_the_answer_cancels_too()
    {
        var received = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        async Task Answer(HttpContext context)
        {
            context.RequestAborted.Register(() => cancelled.TrySetResult());
            received.SetResult();
            await cancelled.Task;
        }
        await using var stack = await DoorWithUpstreams.StartAsync(Answer);
        using var leaving = new CancellationTokenSource();

        var answer = stack.Client.SendAsync(Post("/api/chat"), leaving.Token);
        await received.Task.WaitAsync(Eventually.Deadline);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await cancelled.Task.WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task Nothing_is_compressed_on_the_way()
    {
        var text = new string('a', 100_000);
        await using var stack = await DoorWithUpstreams.StartAsync(context =>
        {
            context.Response.ContentType = "text/event-stream";
            return context.Response.WriteAsync(text);
        });
        using var request = Post("/api/chat");
        request.Headers.Add("Accept-Encoding", "gzip, br");

        using var answer = await stack.Client.SendAsync(request);

        Assert.Empty(answer.Content.Headers.ContentEncoding);
        Assert.Equal(text, await answer.Content.ReadAsStringAsync());
    }

    private static HttpRequestMessage Post(string path) => new(HttpMethod.Post, path) { Content = new StringContent("{}") };
}
