using System.Net;
using System.Net.WebSockets;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>Every route of every API asks for a key and takes it from each place, through nginx and both processes.</summary>
[Collection(KeyedTests.Name)]
public class EveryPlaceTests(KeyedDeployment deployment)
{
    [Theory]
    [MemberData(nameof(AskedRoute.Numbered), MemberType = typeof(AskedRoute))]
    public async Task A_key_is_accepted_in_each_place_and_a_wrong_one_is_refused(int index, string name)
    {
        var route = AskedRoute.All[index];
        foreach (var place in CredentialPlace.All)
        {
            using var answer = await SendAsync(route, place, deployment.Key);
            var text = await answer.Content.ReadAsStringAsync();
            // Ollama's own cloud is forbidden to everybody.
            Assert.True(
                answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError)
                || text.Contains("ollama cloud is disabled", StringComparison.Ordinal),
                $"{name} {place}: {(int)answer.StatusCode} {text}");

            using var refused = await SendFromElsewhereAsync(route, place, KeyedDeployment.UnknownKey);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Equal(["Bearer", "Basic"], refused.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme));
            Assert.Equal("The key or token is not valid.", route.MessageOf(await refused.Content.ReadAsStringAsync(), place));
            Assert.NotEmpty(refused.RequestId());
        }

        using var without = await SendFromElsewhereAsync(route, null, null);
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.Contains("needs a key", route.MessageOf(await without.Content.ReadAsStringAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/api/chat")]
    [InlineData("/v1/responses")]
    public async Task A_websocket_takes_the_key_from_each_place(string path)
    {
        var dialect = SocketDialect.Of(path);
        foreach (var place in CredentialPlace.All)
        {
            using var client = new SocketClient();
            client.Socket.Options.SetRequestHeader(place.Header, place.ValueOf(deployment.Key));
            await client.Socket.ConnectAsync(Address(path), CancellationToken.None);
            await client.SendAsync(dialect.Ask(Requests.Model, "Say something"));
            await client.ReceiveUntilAsync(dialect.IsGoodEnd);
            await client.CloseAsync();

            using var refused = new SocketClient();
            refused.Socket.Options.CollectHttpResponseDetails = true;
            refused.Socket.Options.SetRequestHeader(place.Header, place.ValueOf("not-a-key"));
            using var elsewhere = new HttpMessageInvoker(PlainHttpClient.HandlerFrom(NextAddress()));
            await Assert.ThrowsAsync<WebSocketException>(() => refused.Socket.ConnectAsync(Address(path), elsewhere, CancellationToken.None));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.Socket.HttpStatusCode);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    [InlineData("/ready")]
    public async Task Three_routes_ask_for_nothing(string path)
    {
        using var answer = await deployment.Keyed.Stack.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_preflight_of_a_browser_asks_for_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/chat");
        request.Headers.Add("Origin", "http://localhost:3000");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,x-api-key,content-type");
        using var answer = await deployment.Keyed.Stack.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Contains("authorization", answer.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x-api-key", answer.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.OrdinalIgnoreCase);
    }

    private Uri Address(string path) => new UriBuilder(deployment.Keyed.Door) { Scheme = "ws", Path = path }.Uri;

    private Task<HttpResponseMessage> SendAsync(AskedRoute route, CredentialPlace place, string key)
    {
        var request = route.Request();
        request.Headers.TryAddWithoutValidation(place.Header, place.ValueOf(key));
        return deployment.Keyed.Stack.Client.SendAsync(request);
    }

    /// <summary>Each refusal comes from another address, because an address that sends many wrong keys is slowed.</summary>
    private async Task<HttpResponseMessage> SendFromElsewhereAsync(AskedRoute route, CredentialPlace? place, string? key)
    {
        using var client = PlainHttpClient.From(NextAddress(), deployment.Keyed.Door);
        var request = route.Request();
        if (place is not null)
            request.Headers.TryAddWithoutValidation(place.Header, place.ValueOf(key!));
        var answer = await client.SendAsync(request);
        await answer.Content.LoadIntoBufferAsync();
        return answer;
    }

    private static string NextAddress()
    {
        var number = Interlocked.Increment(ref addresses);
        return $"127.1.{number / 250}.{(number % 250) + 1}";
    }

    private static int addresses;
}
