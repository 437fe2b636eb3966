using System.Net;
using System.Text;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>Credentials that no client should send, through the real front, in every place and with the error of every API.</summary>
[Collection(KeyedTests.Name)]
public class MalformedCredentialTests(KeyedDeployment deployment)
{
    private const string NotHttp = "not valid HTTP";

    private static int addresses;

    /// <summary>One route of each API, at the sidecar and at the functions.</summary>
    private static readonly AskedRoute[] Asked =
    [
        .. AskedRoute.All.Where(route => route.Path is "/api/chat" or "/v1/chat/completions" or "/v1/messages" or "/api/tags" or "/v1/embeddings" or "/v1/messages/count_tokens"),
    ];

    /// <summary>Lines of headers, with KEY for a good key, and what the message has to say. nginx refuses with "not valid HTTP".</summary>
    public static TheoryData<string, string, string> Wrong
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var place in CredentialPlace.All)
            {
                var (name, header) = (place.Name, place.Header);
                data.Add($"{name}: a blank within", place.Line("dgm_ab cd"), "blank, a control character");
                data.Add($"{name}: a tab within", place.Line("dgm_ab\tcd"), "blank, a control character");
                data.Add($"{name}: DEL", place.Line("dgm_ab\u007fcd"), "blank, a control character");
                data.Add($"{name}: beyond ASCII", place.Line("dgm_ab\u00e9cd"), name == "basic" ? "blank, a control character" : NotHttp);
                data.Add($"{name}: beyond ASCII in UTF-8", place.Line("dgm_ab\u00c3\u00a9cd"), name == "basic" ? "blank, a control character" : NotHttp);
                data.Add($"{name}: 8 kB", place.Line(new string('k', 8 * 1024)), "not valid");
                data.Add($"{name}: twice", place.Line("KEY") + place.Line("KEY"), header == "Authorization" ? NotHttp : "more than one");
                data.Add($"{name}: twice, different", place.Line("KEY") + place.Line("other"), header == "Authorization" ? NotHttp : "more than one");
                data.Add($"{name}: mistyped", place.Line(KeyedDeployment.UnknownKey[..^1] + "t"), "not valid");
                data.Add($"{name}: unknown", place.Line(KeyedDeployment.UnknownKey), "not valid");
                data.Add($"{name}: too short", place.Line("dgm_"), "not valid");
                data.Add($"{name}: a provider's key", place.Line("sk-proj-0123456789abcdef0123456789abcdef"), "not valid");
                data.Add($"{name}: a token", place.Line("eyJhbGciOiJub25lIn0.e30."), "accepts no tokens");
                foreach (var other in CredentialPlace.All.Where(other => other.Header != header))
                    data.Add($"{name} and {other}: different", place.Line("KEY") + other.Line("other-than-that"), "two different credentials");
            }

            data.Add("none", "", "needs a key");
            data.Add("an empty header", "Authorization: \r\n", "needs a key");
            data.Add("Bearer alone", "Authorization: Bearer\r\n", "needs a key");
            data.Add("Basic alone", "Authorization: Basic\r\n", "needs a key");
            data.Add("empty headers", "x-api-key: \r\napi-key:\r\nx-goog-api-key: \r\n", "needs a key");
            data.Add("another scheme", "Authorization: Digest username=\"x\"\r\n", "scheme that is not supported");
            data.Add("no scheme", "Authorization: KEY\r\n", "scheme that is not supported");
            data.Add("Basic that is no base64", "Authorization: Basic %%%\r\n", "not valid base64");
            data.Add("Basic without a password", $"Authorization: Basic {Base64("KEY-alone")}\r\n", "no password");
            data.Add("Basic with an empty password", $"Authorization: Basic {Base64("x:")}\r\n", "needs a key");
            data.Add("Basic with zeros", $"Authorization: Basic {Base64("x:\0\0\0")}\r\n", "blank, a control character");
            data.Add("Basic with lines", $"Authorization: Basic {Base64("x:a\r\nb")}\r\n", "blank, a control character");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task It_is_refused_in_the_form_of_each_api(string name, string headers, string saying)
    {
        foreach (var route in Asked)
        {
            var answer = Assert.Single(await SendAsync(route, headers));
            Assert.True(answer.Status == (saying == NotHttp ? 400 : 401), $"{name}, {route}: {answer.Status} {answer.Body}");
            Assert.Contains(saying, route.MessageOf(answer.Body), StringComparison.Ordinal);
            Assert.NotNull(answer.Header("X-Request-Id"));
            Assert.Equal(saying != NotHttp, answer.Header("WWW-Authenticate") is not null);
        }
    }

    [Theory]
    [InlineData("the key and its scheme in capitals", "AUTHORIZATION: BEARER KEY\r\n")]
    [InlineData("blanks around it", "Authorization:   Bearer    KEY  \r\nx-api-key:   KEY  \r\n")]
    [InlineData("the same key in every header", "Authorization: Bearer KEY\r\nx-api-key: KEY\r\napi-key: KEY\r\nx-goog-api-key: KEY\r\n")]
    [InlineData("a key beside empty headers", "Authorization: Bearer\r\nx-api-key: KEY\r\napi-key:\r\n")]
    public async Task What_tools_send_is_accepted(string name, string headers)
    {
        foreach (var route in Asked)
        {
            var answer = Assert.Single(await SendAsync(route, headers));
            Assert.True(answer.Status == 200, $"{name}, {route}: {answer.Status} {answer.Body}");
        }
    }

    /// <summary>nginx takes 16 KiB for one header, and answers beyond that itself.</summary>
    [Theory]
    [InlineData(20 * 1024)]
    [InlineData(60 * 1024)]
    public async Task A_credential_that_is_longer_than_a_header_may_be_is_refused_by_nginx(int length)
    {
        foreach (var place in CredentialPlace.All)
        {
            foreach (var route in Asked)
            {
                var answer = Assert.Single(await SendAsync(route, place.Line(new string('k', length))));
                Assert.Equal(431, answer.Status);
                Assert.NotEmpty(route.MessageOf(answer.Body));
            }
        }
    }

    /// <summary>What is not valid in a header at all never reaches the gateway.</summary>
    [Theory]
    [InlineData("Authorization: Bearer dgm_ab\0cd\r\n")]
    [InlineData("x-api-key: dgm_ab\0cd\r\n")]
    public async Task A_zero_in_a_header_is_refused_by_nginx(string headers)
    {
        foreach (var route in Asked)
        {
            var answers = await SendAsync(route, headers);
            Assert.Equal(400, Assert.Single(answers).Status);
        }
    }

    private async Task<IReadOnlyList<RawAnswer>> SendAsync(AskedRoute route, string headers)
    {
        var number = Interlocked.Increment(ref addresses);
        var body = Encoding.UTF8.GetBytes(route.Body ?? "");
        // Each comes from another address, because an address that sends many wrong credentials is slowed.
        return await RawHttp.ExchangeAsync(
            deployment.Keyed.Stack.Door.Port,
            $"{route.Method} {route.Path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers.Replace("KEY", deployment.Key, StringComparison.Ordinal)}"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{route.Body}",
            source: IPAddress.Parse($"127.2.{number / 250}.{(number % 250) + 1}"));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.Latin1.GetBytes(text));
}
