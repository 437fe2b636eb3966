using System.Net;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>A client cannot choose the address that decides what it may do: it is nginx's view, not the client's headers.</summary>
[Collection(KeyedTests.Name)]
public class ClientAddressTests(KeyedDeployment deployment)
{
    /// <summary>What a client can send to look like another one.</summary>
    public static TheoryData<string> Fakes =>
    [
        $"X-Forwarded-For: {KeyedDeployment.KeylessAddress}",
        $"X-Forwarded-For: {KeyedDeployment.KeylessAddress}, {KeyedDeployment.KeylessAddress}",
        $"X-Forwarded-For: {KeyedDeployment.KeylessAddress}\r\nX-Forwarded-For: {KeyedDeployment.KeylessAddress}",
        $"x-forwarded-for:{KeyedDeployment.KeylessAddress}",
        $"X_Forwarded_For: {KeyedDeployment.KeylessAddress}",
        $"X-Real-IP: {KeyedDeployment.KeylessAddress}",
        $"Forwarded: for={KeyedDeployment.KeylessAddress}",
        $"X-Client-IP: {KeyedDeployment.KeylessAddress}",
        $"X-Dragoman-Beyond-Loopback: {KeyedDeployment.KeylessAddress}",
    ];

    [Theory]
    [InlineData("GET", "/api/tags", null)]
    [InlineData("POST", "/api/chat", """{"model":"mistral-small-latest","stream":true,"messages":[{"role":"user","content":"hi"}]}""")]
    [InlineData("POST", "/api/chat", """{"model":"mistral-small-latest","stream":false,"messages":[{"role":"user","content":"hi"}]}""")]
    [InlineData("GET", "/api/ps", null)]
    public async Task An_address_without_a_key_is_a_team_of_its_own(string method, string path, string? body)
    {
        using var keyless = PlainHttpClient.From(KeyedDeployment.KeylessAddress, deployment.Keyed.Door);
        using var answer = await keyless.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body) });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var other = await deployment.Keyed.Stack.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body) });
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Fakes))]
    public async Task No_header_makes_an_address_keyless(string headers)
    {
        foreach (var path in new[] { "/api/tags", "/api/ps" })
        {
            var answers = await RawHttp.ExchangeAsync(deployment.Keyed.Stack.Door.Port, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n");
            Assert.Equal(401, Assert.Single(answers).Status);
        }
    }

    [Theory]
    [MemberData(nameof(Fakes))]
    public async Task No_header_brings_a_key_into_its_network(string headers)
    {
        var key = await deployment.Keyed.KeyAsync("web", $$"""{"allow":{"networks":["{{KeyedDeployment.KeylessAddress}}"] } }""");
        foreach (var path in new[] { "/api/tags", "/api/ps" })
        {
            var answers = await RawHttp.ExchangeAsync(
                deployment.Keyed.Stack.Door.Port, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n{headers}\r\n\r\n");
            Assert.Equal(403, Assert.Single(answers).Status);
            Assert.Contains("127.0.0.1", answers[0].Body, StringComparison.Ordinal);
        }

        using var there = PlainHttpClient.From(KeyedDeployment.KeylessAddress, deployment.Keyed.Door);
        using var allowed = await KeyedStack.SendAsync(there, new HttpRequestMessage(HttpMethod.Get, "/api/tags"), key);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Fact]
    public async Task Another_address_in_each_request_does_not_help_somebody_who_guesses()
    {
        using var guessing = PlainHttpClient.From("127.0.0.77", deployment.Keyed.Door);
        var statuses = new List<HttpStatusCode>();
        for (var number = 0; number < 40; number++)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/api/ps");
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", $"198.51.100.{number}");
            using var answer = await KeyedStack.SendAsync(guessing, request, $"guess-{number}");
            statuses.Add(answer.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        // Whoever has a key that the process knows is not slowed, not even behind the same address.
        using var warm = await deployment.Keyed.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/ps"), deployment.Key);
        using var known = await KeyedStack.SendAsync(guessing, new HttpRequestMessage(HttpMethod.Get, "/api/ps"), deployment.Key);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
    }
}
