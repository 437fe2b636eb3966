namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>No response header of a provider prevents an answer or an error. A header that is invalid or unknown is dropped.</summary>
public sealed class OddHeadersTests
{
    private const string Json = "application/json";
    private const string EventStream = "text/event-stream";
    private const string UpstreamId = "x-upstream-request-id";

    private static readonly string[] IdHeaders = ["x-request-id", "request-id", "apim-request-id", "mistral-correlation-id", "x-kong-request-id"];

    /// <summary>All headers that the gateway reads from a provider.</summary>
    private static readonly string[] OtherHeaders =
    [
        "retry-after", "retry-after-ms",
        "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens",
        "x-ratelimit-limit-req-minute", "x-ratelimit-remaining-req-minute", "x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-tokens-minute",
        "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset",
        "anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset",
    ];

    private static readonly (string Value, string? Passed)[] Ids =
    [
        ("req_1", "req_1"),
        ("a.b-c:d/e=f", "a.b-c:d/e=f"),
        (new string('x', 128), new string('x', 128)),
        (new string('y', 129), new string('y', 128)),
        (new string('z', 9000), new string('z', 128)),
        ("caf\u00e9", null),
        ("\u0080", null),
        ("\u00ff\u00fe", null),
        ("a\u0001b", null),
        ("a\tb", null),
        ("a\u001b[31mb", null),
        ("a\u007fb", null),
        ("a b", null),
        (new string('x', 200) + "\u00e9", null),
        ("", null),
    ];

    private static readonly string[] Numbers =
    [
        "", "x", "-1", "0", "1", "1e300", "999999999999999999999999", "9223372036854775807", "-9223372036854775808", "NaN", "Infinity", "-Infinity", "1.7976931348623157E+308",
        "999999999h", "999999999h999999999h999999999h", "1h2m3.5s", "-1h", "12", "0.0000000001", new string('9', 2000), new string('1', 400) + "s", string.Concat(Enumerable.Repeat("1h", 1000)),
        "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "caf\u00e9", "\u0080", "1\u0001", "1\u00b2",
    ];

    private static readonly Dictionary<string, (string Whole, string[] Events)> Good = new()
    {
        ["openai"] = (ScriptedUpstream.WholeAnswer, [ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]"]),
        ["anthropic"] = (
            """{"id":"x","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}""",
            [
                """{"type":"message_start","message":{"id":"x","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}""",
                """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
                """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}""",
                """{"type":"content_block_stop","index":0}""",
                """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}""",
                """{"type":"message_stop"}""",
            ]),
        ["gemini"] = (
            """{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP","index":0}]}""",
            ["""{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP","index":0}]}"""]),
    };

    public static TheoryData<string, string> Ways => new()
    {
        { "generic", "openai" }, { "mistral", "openai" }, { "azure", "openai" }, { "deployments", "openai" }, { "anthropic", "anthropic" }, { "gemini", "gemini" },
    };

    /// <summary>OpenAI's clients get whole answers, and Anthropic's and Ollama's get streams. Errors are tried too.</summary>
    private static readonly (ClientRoute Route, bool Streams)[] Clients = [(ClientRoute.All[2], false), (ClientRoute.All[5], true), (ClientRoute.All[0], true)];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_request_id_is_passed_on_cut_or_left_out(string provider, string answers)
    {
        var upstream = new RawUpstream();
        await using var gateway = await ManyProviders.StartAsync(upstream.Origin, upstream);
        foreach (var (value, passed) in Ids)
        {
            await TryAsync(gateway, upstream, provider, answers, string.Concat(IdHeaders.Select(name => $"{name}: {value}\r\n")), head =>
            {
                // Google's answers have their id only in the body.
                var expected = provider == "gemini" ? null : passed;
                if (expected is null)
                    Assert.DoesNotContain(UpstreamId, head, StringComparison.OrdinalIgnoreCase);
                else
                    Assert.Contains($"{UpstreamId}: {expected}\r\n", head.ReplaceLineEndings("\r\n"), StringComparison.OrdinalIgnoreCase);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_limit_or_a_time_that_is_none_is_left_out(string provider, string answers)
    {
        var upstream = new RawUpstream();
        await using var gateway = await ManyProviders.StartAsync(upstream.Origin, upstream);
        foreach (var value in Numbers)
        {
            // The limit is above zero, so that the other headers are read.
            foreach (var limit in (string[])[value, "100"])
                await TryAsync(gateway, upstream, provider, answers, string.Concat(OtherHeaders.Select(name => $"{name}: {(name.Contains("limit-req", StringComparison.Ordinal) || name.EndsWith("-limit", StringComparison.Ordinal) || name.Contains("limit-tok", StringComparison.Ordinal) ? limit : value)}\r\n")), _ => { });
        }
    }

    private static async Task TryAsync(ManyProviders gateway, RawUpstream upstream, string provider, string answers, string headers, Action<string> check)
    {
        var (whole, events) = Good[answers];
        foreach (var (route, streams) in Clients)
        {
            upstream.Answer = () => streams
                ? RawUpstream.Compose(200, headers, EventStream, string.Concat(events.Select(data => $"data: {data}\n\n")))
                : RawUpstream.Compose(200, headers, Json, whole);
            var (status, head, body) = await gateway.SendAsync(route, $"{provider}/x", streams);
            Assert.True(status == 200 && body.Contains("Hello", StringComparison.Ordinal), $"{route}, {Shown(headers)}: {status} {body}");
            check(head);

            upstream.Answer = () => RawUpstream.Compose(429, headers, Json, """{"error":{"message":"slow down"}}""");
            (status, head, body) = await gateway.SendAsync(route, $"{provider}/x", streams);
            Assert.True(status == 429 && body.Contains("slow down", StringComparison.Ordinal), $"{route}, {Shown(headers)}: {status} {body}");
            check(head);
        }
    }

    private static string Shown(string headers) => headers.Length <= 300 ? headers : headers[..300];
}
