using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>The processes accept every head that nginx lets through, because Kestrel's own rejections have no body.</summary>
public class HeadLimitTests(FullDeployment deployment) : IClassFixture<FullDeployment>
{
    private readonly DragomanStack stack = deployment.Stack;

    public static TheoryData<string, string> Heads => new()
    {
        { "/api/version", Headers(101) },
        { "/api/version", Headers(900) },
        { "/v1/models", string.Concat(Enumerable.Repeat("a:\r\n", 900)) },
        { $"/api/version?{new string('q', 9_000)}", "" },
        { $"/v1/models?{new string('q', 15_000)}", $"X-Long: {new string('v', 15_000)}\r\n" },
        { "/api/ps", $"X-Long: {new string('v', 15_000)}\r\nX-Longer: {new string('v', 15_000)}\r\n" },
        { $"/api/ps?{new string('q', 15_000)}", $"X-Long: {new string('v', 15_000)}\r\n" },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task A_head_that_nginx_takes_is_answered(string target, string headers)
    {
        var answer = Assert.Single(await RawHttp.ExchangeAsync(
            stack.Door.Port, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"));

        Assert.Equal(200, answer.Status);
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
    }

    /// <summary>The head grows step by step past every limit on the way. Whatever the answer is, it has a body.</summary>
    [Theory]
    [InlineData("GET /v1/models?", " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 1, "q")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: ", "\r\n\r\n", 1, "q")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", "\r\n", 4, "a:\r\n")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", "\r\n", 3, "a:\n")]
    [InlineData("GET /v1/models HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\n", "\r\n", 1017, "X-Long: LONG\r\n")]
    public async Task Every_refusal_on_the_way_has_a_body(string begin, string end, int length, string part)
    {
        part = part.Replace("LONG", new string('v', 1007), StringComparison.Ordinal);
        foreach (var kibibytes in new[] { 1, 7, 8, 9, 14, 15, 16, 17, 24, 30, 31, 32, 33, 34, 40, 64, 70 })
        {
            var request = begin + string.Concat(Enumerable.Repeat(part, kibibytes * 1024 / length)) + end;

            var answer = Assert.Single(await RawHttp.ExchangeAsync(stack.Door.Port, request));

            Assert.True(answer.Status is 200 or 400 or 414 or 431, $"{kibibytes} KiB: {answer.Status}");
            Assert.StartsWith(answer.Status == 200 ? "{\"object\":" : "{\"error\":{\"message\":", answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ffffffffffffffffffff\r\n")]
    [InlineData("10000000000000000\r\n")]
    [InlineData("8000000000000000\r\n")]
    [InlineData("zz\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("2;x\r\n{}xx")]
    [InlineData("2\r\n{}xx")]
    public async Task A_body_that_breaks_the_rules_of_chunks_is_a_400_straight_at_a_process(string body)
    {
        foreach (var process in new[] { stack.Sidecar, stack.Functions! })
        {
            foreach (var path in new[] { "/v1/chat/completions", "/v1/embeddings" })
            {
                var answer = Assert.Single(await RawHttp.ExchangeAsync(
                    process.Address.Port,
                    $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{body}", nothingMoreToSend: true));
                Assert.Equal(400, answer.Status);
                Assert.Contains("could not be read", answer.Body, StringComparison.Ordinal);
            }

            Assert.DoesNotContain("Exception", process.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Connect_is_a_405_with_a_body_straight_at_a_process()
    {
        foreach (var process in new[] { stack.Sidecar, stack.Functions! })
        {
            var answer = Assert.Single(await RawHttp.ExchangeAsync(
                process.Address.Port, "CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\nConnection: close\r\n\r\n"));
            Assert.Equal(405, answer.Status);
            Assert.Equal("405 method not allowed", answer.Body);
        }
    }

    private static string Headers(int count) => string.Concat(Enumerable.Range(0, count).Select(number => $"X-{number}: v\r\n"));
}
