using System.Net;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Pipeline.Downloads;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Pipeline.Downloads;

public sealed class MediaDownloadsTests : IAsyncLifetime
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];

    private ScriptedUpstream server = null!;

    public async Task InitializeAsync() => server = await ScriptedUpstream.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Linked_media_are_fetched_once_and_typed_by_their_bytes()
    {
        server.Answer = http => SendAsync(http, "text/plain", Png);
        using var downloads = Downloads(DownloadPolicy.Any);
        var picture = new ImagePart(new LinkedMedia(server.BaseUrl + "/a"), "low");
        var kept = new ImagePart(new LinkedMedia("https://example.com/kept.png"));
        var linked = RequestWith(picture, picture, kept, new ToolResultPart("c", "f", [picture], false));
        var request = await downloads.InlineAsync(linked, [.. MediaDownloads.LinksOf(linked).Where(part => part != kept)], default);
        var wanted = picture with { Source = new InlineMedia("image/png", Convert.ToBase64String(Png)) };
        Assert.Equal([wanted, wanted, kept], request.Turns[0].Parts.Take(3));
        Assert.Equal([wanted], ((ToolResultPart)request.Turns[0].Parts[3]).Content);
        Assert.Single(server.Bodies);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/a.png")]
    [InlineData("http://[::1]:1/a.png")]
    [InlineData("http://localhost:1/a.png")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::ffff:10.0.0.1]/a.png")]
    [InlineData("http://[64:ff9b::7f00:1]/a.png")]
    [InlineData("http://2130706433/a.png")]
    public async Task Addresses_that_are_not_public_are_not_reached(string url)
    {
        using var downloads = Downloads(DownloadPolicy.Public);
        Assert.Contains("not public", await RefusalAsync(downloads, url), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_name_may_not_stand_for_a_private_address()
    {
        using var downloads = new MediaDownloads(DownloadPolicy.Public, 1000, TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.215.14"), IPAddress.Loopback]));
        Assert.Contains("not public", await RefusalAsync(downloads, "http://public.example/a.png"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_checked_anew()
    {
        server.Answer = http =>
        {
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = http.Request.Path.Value!.EndsWith("/a", StringComparison.Ordinal) ? "file:///etc/passwd" : "/v1/again";
            return Task.CompletedTask;
        };
        using var downloads = Downloads(DownloadPolicy.Any);
        Assert.Contains("only http and https", await RefusalAsync(downloads, server.BaseUrl + "/a"), StringComparison.Ordinal);
        Assert.Contains("redirects", await RefusalAsync(downloads, server.BaseUrl + "/b"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_too_large_or_not_what_it_claims_is_refused()
    {
        using var downloads = Downloads(DownloadPolicy.Any, largest: 100);
        server.Answer = http => SendAsync(http, "image/png", [.. Png, .. new byte[200]]);
        Assert.Contains("larger than 100", await RefusalAsync(downloads, server.BaseUrl + "/a"), StringComparison.Ordinal);
        server.Answer = http => SendAsync(http, "image/png", "<html>"u8.ToArray());
        Assert.Contains("not an image", await RefusalAsync(downloads, server.BaseUrl + "/a"), StringComparison.Ordinal);
        server.Answer = http => ScriptedUpstream.WriteAsync(http, 404, "text/plain", "gone");
        Assert.Contains("answered 404", await RefusalAsync(downloads, server.BaseUrl + "/a"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_fetches_nothing_says_so()
    {
        using var downloads = Downloads(DownloadPolicy.None);
        Assert.Contains("base64", await RefusalAsync(downloads, server.BaseUrl + "/a"), StringComparison.Ordinal);
        Assert.Empty(server.Bodies);
    }

    [Fact]
    public async Task A_slow_server_is_given_up()
    {
        var clock = new ManualTimeProvider();
        var asked = new TaskCompletionSource();
        server.Answer = async http =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var downloads = new MediaDownloads(DownloadPolicy.Any, 1000, clock);
        var refusal = RefusalAsync(downloads, server.BaseUrl + "/a");
        await asked.Task;
        clock.Advance(TimeSpan.FromSeconds(21));
        Assert.Contains("took longer", await refusal, StringComparison.Ordinal);
    }

    private static MediaDownloads Downloads(DownloadPolicy policy, int largest = 1000) => new(policy, largest, TimeProvider.System);

    private static ChatRequest RequestWith(params Part[] parts) => new() { Model = "m", Turns = [new Turn(Role.User, [.. parts])] };

    private static async Task<string> RefusalAsync(MediaDownloads downloads, string url)
    {
        var error = await Assert.ThrowsAsync<GatewayException>(() => downloads.InlineAsync(RequestWith(new ImagePart(new LinkedMedia(url))), [new ImagePart(new LinkedMedia(url))], default).AsTask());
        Assert.Equal(400, error.Error.Status);
        Assert.Contains(url, error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    private static async Task SendAsync(HttpContext http, string contentType, byte[] body)
    {
        http.Response.ContentType = contentType;
        await http.Response.Body.WriteAsync(body);
    }
}
