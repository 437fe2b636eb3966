using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Dragoman.Dialects;
using Dragoman.Providers;
using Dragoman.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dragoman.Gateway.Tests.Providers;

public sealed class CallContentTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public async Task Every_byte_arrives_in_its_place(int length)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        using var connections = new HttpMessageInvoker(new SocketsHttpHandler());
        var body = string.Concat(Enumerable.Range(0, length).Select(index => (char)('a' + (index % 26))));
        using var answer = await connections.SendAsync(RequestOf(upstream, HttpVersion.Version11, new CallContent(Encoding.UTF8.GetBytes(body))), default);
        Assert.Equal(body, Assert.Single(upstream.Bodies));
    }

    [Theory]
    [InlineData(10, "1.1")]
    [InlineData(100_000, "1.1")]
    [InlineData(100_000, "2.0")]
    public async Task A_request_that_passes_through_arrives_with_its_changes(int length, string version)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(version == "2.0" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        using var connections = new HttpMessageInvoker(new SocketsHttpHandler());
        var text = new string('x', length);
        var edited = new EditedJson(JsonMembers.TryRead(Encoding.UTF8.GetBytes($$"""{"text":"{{text}}", "model" : "m" ,"rest":"{{text}}"}"""))!);
        edited.Set("model"u8, JsonText.Quoted("up"));
        edited.Add("\"n\":1"u8);
        var content = CallContent.Of(new UpstreamCall("chat/completions", default) { Passed = edited });
        using var answer = await connections.SendAsync(RequestOf(upstream, new Version(version), content), default);
        Assert.Equal($$"""{"n":1,"text":"{{text}}", "model" : "up" ,"rest":"{{text}}"}""", Assert.Single(upstream.Bodies));
        Assert.Equal(edited.Length, upstream.Bodies[0].Length);
    }

    /// <summary>Nothing keeps the body while the answer runs, neither the request nor the socket.</summary>
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_sent_body_is_garbage_while_its_answer_runs(string version)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(version == "2.0" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        upstream.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("a"));
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var connections = new HttpMessageInvoker(new SocketsHttpHandler());
        var (answer, body) = await SendAsync(connections, upstream, new Version(version));
        using (answer)
        {
            // The thread that has sent the body may still hold it for a moment.
            Assert.True(SpinWait.SpinUntil(() => IsGarbage(body), TimeSpan.FromSeconds(10)));
        }
    }

    /// <summary>Over HTTP/2 the provider's headers may come first, and the request is disposed with them.</summary>
    [Fact]
    public async Task A_body_that_is_disposed_while_it_is_sent_is_sent_to_its_end()
    {
        var text = new string('x', 100_000);
        var edited = new EditedJson(JsonMembers.TryRead(Encoding.UTF8.GetBytes($$"""{"text":"{{text}}","model":"m","rest":"{{text}}"}"""))!);
        edited.Set("model"u8, JsonText.Quoted("up"));
        using var content = CallContent.Of(new UpstreamCall("chat/completions", default) { Passed = edited });
        await using var sent = new DisposingStream(content);
        await content.CopyToAsync(sent);
        Assert.Equal($$"""{"text":"{{text}}","model":"up","rest":"{{text}}"}""", Encoding.UTF8.GetString(sent.ToArray()));
    }

    private static bool IsGarbage(WeakReference body)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return !body.IsAlive;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(HttpResponseMessage Answer, WeakReference Body)> SendAsync(HttpMessageInvoker connections, ScriptedUpstream upstream, Version version)
    {
        var body = new byte[200_000];
        var content = new CallContent(body);
        var answer = await connections.SendAsync(RequestOf(upstream, version, content), default);
        content.Dispose();
        return (answer, new WeakReference(body));
    }

    private static HttpRequestMessage RequestOf(ScriptedUpstream upstream, Version version, CallContent content) =>
        new(HttpMethod.Post, upstream.BaseUrl) { Content = content, Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    /// <summary>Disposes the content that is written to it at the first write.</summary>
    private sealed class DisposingStream(HttpContent content) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            content.Dispose();
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
