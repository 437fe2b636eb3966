using System.Text;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>
/// No client and no log ever gets a key, whatever a provider puts into its answer. This holds for every kind of provider,
/// every route and every status, streamed or not.
/// </summary>
public sealed class KeysStayHereTests
{
    private static readonly int[] Statuses = [200, 400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503, 529];

    /// <summary>The ways in which a provider may write a key into JSON text.</summary>
    private static readonly Func<string, string>[] Writings =
    [
        key => key,
        key => key.Replace("/", "\\/", StringComparison.Ordinal),
        key => string.Concat(key.Select(letter => $"\\u{(int)letter:x4}")),
        key => key[..5] + string.Concat(key[5..].Select((letter, index) => index % 2 == 0 ? $"\\u{(int)letter:X4}" : letter.ToString())),
        Uri.EscapeDataString,
        key => $"{{\\\"headers\\\":{{\\\"Authorization\\\":\\\"Bearer {key.Replace("/", "\\\\/", StringComparison.Ordinal)}\\\"}}}}",
    ];

    /// <summary>The error bodies of the kinds of providers, with KEY for the key.</summary>
    private static readonly string[] Errors =
    [
        """{"error":{"message":"Consumer 'api_key:KEY' has been suspended.","type":"KEY","param":"KEY","code":"KEY"}}""",
        """{"error":{"code":403,"message":"Consumer 'api_key:KEY' has been suspended.","status":"INVALID_ARGUMENT","details":[{"reason":"KEY"}]}}""",
        """[{"error":{"message":"quota of KEY","status":"PERMISSION_DENIED"}}]""",
        """{"type":"error","error":{"type":"api_error","message":"Bearer KEY","details":{"error_code":"KEY"}},"request_id":"KEY"}""",
        """{"object":"error","message":"the key KEY","type":"x","code":"KEY"}""",
        """{"detail":[{"loc":["header","KEY"],"msg":"bad KEY"}]}""",
        """{"message":{"detail":[{"msg":"KEY"}]}}""",
        "KEY is not a good key",
        "<html>KEY</html>",
        "\"KEY\"",
    ];

    /// <summary>Successful answers, each in one event or body of every dialect, with the key wherever a text may be.</summary>
    private static readonly string[] Answers =
    [
        """{"id":"KEY","model":"KEY","system_fingerprint":"KEY","choices":[{"index":0,"delta":{"content":"say KEY"},"message":{"role":"assistant","content":"say KEY"},"text":"say KEY","finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""",
        """{"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"say KEY"}]},"finishReason":"STOP"}],"responseId":"KEY","modelVersion":"KEY","usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}}""",
        """{"id":"KEY","type":"message","role":"assistant","model":"KEY","content":[{"type":"text","text":"say KEY"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}""",
        """{"id":"KEY","object":"response","status":"completed","model":"KEY","output":[{"type":"message","id":"KEY","role":"assistant","status":"completed","content":[{"type":"output_text","text":"say KEY","annotations":[]}]}],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}""",
        """{"data":[{"index":0,"embedding":[1,0]}],"embeddings":[{"values":[1,0]}],"model":"KEY","totalTokens":1,"input_tokens":1}""",
    ];

    private static readonly string[] Headers =
    [
        "x-request-id", "request-id", "apim-request-id", "mistral-correlation-id", "x-kong-request-id", "retry-after", "retry-after-ms", "x-ratelimit-limit-requests", "x-ratelimit-reset-requests",
        "anthropic-ratelimit-requests-limit", "x-should-retry", "openai-organization", "set-cookie", "location", "www-authenticate", "x-dragoman-losses",
    ];

    [Fact]
    public async Task No_answer_no_header_and_no_line_of_the_log_holds_a_key()
    {
        (int Status, bool IsStream, Func<string, string> Body) script = (200, false, key => key);
        await using var gateway = await ManyProviders.StartAsync(async http =>
        {
            var key = ManyProviders.OwnerOf(http)!.Key;
            foreach (var header in Headers)
                http.Response.Headers[header] = key;
            await ScriptedUpstream.WriteAsync(http, script.Status, script.IsStream ? "text/event-stream" : "application/json", script.Body(key));
        });
        var leaks = new List<string>();
        var (sent, turn, cleaned) = (0, 0, 0);
        foreach (var kind in ManyProviders.Kinds)
        {
            foreach (var route in ClientRoute.All)
            {
                foreach (var status in Statuses)
                {
                    foreach (var streams in route.CanStream ? (bool[])[false, true] : [false])
                    {
                        turn++;
                        var texts = status == 200 && turn % 3 > 0 ? Answers : Errors;
                        var (text, writing) = (texts[turn % texts.Length], Writings[turn / 7 % Writings.Length]);
                        string Body(string key) => text.Replace("KEY", writing(key), StringComparison.Ordinal);
                        script = status == 200 && streams ? (200, true, key => $"event: {key}\ndata: {Body(key)}\n\ndata: [DONE]\n\n") : (status, false, Body);
                        await SendAsync($"{status} {text} {turn / 7 % Writings.Length}", kind, route, streams);
                    }
                }
            }
        }

        // Every dialect's own successful answer, with the key written in every way.
        foreach (var kind in ManyProviders.Kinds)
        {
            foreach (var (text, writing) in Answers.SelectMany(text => Writings.Select(writing => (text, writing))))
            {
                foreach (var route in ClientRoute.All)
                {
                    string Body(string key) => text.Replace("KEY", writing(key), StringComparison.Ordinal);
                    script = (200, false, Body);
                    await SendAsync($"200 {text}", kind, route, streams: false);
                    script = (200, true, key => $"data: {Body(key)}\n\ndata: [DONE]\n\n");
                    if (route.CanStream)
                        await SendAsync($"200 {text}", kind, route, streams: true);
                }
            }
        }

        Assert.True(leaks.Count == 0, $"{leaks.Count} of {sent}:\n{string.Join('\n', leaks.Take(20))}");
        Assert.Empty(KeysIn(gateway.Log));
        Assert.True(cleaned > sent / 20, $"only {cleaned} of {sent} answers were good and had something taken out");

        async Task SendAsync(string what, ManyProviders.Kind kind, ClientRoute route, bool streams)
        {
            sent++;
            var (answered, head, body) = await gateway.SendAsync(route, $"{kind.Name}/x", streams);
            if (answered == 200 && body.Contains("[redacted]", StringComparison.Ordinal))
                cleaned++;
            if (KeysIn(head + body).Any())
                leaks.Add($"{kind.Name} {route} streams={streams} {what}: {answered} {head} {body}");
        }
    }

    [Theory]
    [InlineData(403, """{"error":{"message":"Permission denied: Consumer 'api_key:AIzaSyA-0123456789' has been suspended.","status":"PERMISSION_DENIED","details":[{"reason":"CONSUMER_SUSPENDED"}]}}""", 403, "does not allow this to the gateway's key")]
    [InlineData(403, """{"error":{"message":"Your API key does not have permission to use the specified resource.","type":"permission_error"}}""", 403, "does not allow this to the gateway's key")]
    [InlineData(403, """{"error":{"message":"Access denied due to invalid subscription key or wrong API endpoint."}}""", 502, "refused the gateway's key")]
    [InlineData(401, """{"error":{"code":401,"message":"Request had invalid authentication credentials.","status":"INVALID_ARGUMENT"}}""", 502, "refused the gateway's key")]
    [InlineData(400, """{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}""", 502, "refused the gateway's key")]
    [InlineData(400, """{"error":"Incorrect API key provided: xa***45"}""", 502, "refused the gateway's key")]
    [InlineData(403, """{"error":{"message":"Country, region, or territory not supported","code":"unsupported_country_region_territory"}}""", 403, "Country, region, or territory not supported")]
    [InlineData(403, """{"error":{"message":"Your API key has no access to the model x","type":"permission_error"}}""", 403, "has no access to the model x")]
    [InlineData(403, """{"error":{"message":"The prompt was blocked by the content policy"}}""", 403, "blocked by the content policy")]
    [InlineData(403, """{"error":{"message":"Requests from this address are not allowed"}}""", 403, "Requests from this address are not allowed")]
    public async Task What_is_said_of_the_gateways_key_stays_here_and_every_other_reason_is_told(int status, string body, int expected, string told)
    {
        var isStream = false;
        await using var gateway = await ManyProviders.StartAsync(http => isStream
            ? ScriptedUpstream.WriteEventsAsync(http, body)
            : ScriptedUpstream.WriteAsync(http, status, "application/json", body));
        foreach (var kind in ManyProviders.Kinds)
        {
            foreach (var route in ClientRoute.All.Where(route => route.CanStream))
            {
                var (answered, _, text) = await gateway.SendAsync(route, $"{kind.Name}/x");
                Assert.True(expected == answered, $"{kind.Name} {route}: {answered} {text}");
                Assert.Contains(told, Unescaped(text), StringComparison.Ordinal);
            }
        }

        // An error that is the first event of a stream has no HTTP status.
        isStream = true;
        foreach (var kind in ManyProviders.Kinds)
        {
            var (_, _, text) = await gateway.SendAsync(ClientRoute.All[2], $"{kind.Name}/x", streams: true);
            Assert.DoesNotContain("AIzaSyA", text, StringComparison.Ordinal);
            Assert.DoesNotContain("xa***45", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_that_an_exception_quotes_is_not_logged()
    {
        await using var gateway = await ManyProviders.StartAsync(http => ScriptedUpstream.WriteAsync(http, 200, "application/json", "{}"));
        var error = new Dragoman.Secrets.ScrubbedException(
            new InvalidOperationException("outer", new FormatException($"The format of value '{ManyProviders.Kinds[0].Key}' is invalid.")),
            new Dragoman.Secrets.CredentialScrub([ManyProviders.Kinds[0].Key]));
        Assert.Contains("System.FormatException: The format of value '[redacted]' is invalid.", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(KeysIn(error + error.Message));
    }

    /// <summary>The keys that a reader finds in a text, in any way of writing.</summary>
    private static IEnumerable<string> KeysIn(string text)
    {
        var plain = Unescaped(Unescaped(text));
        var decoded = Uri.UnescapeDataString(plain);
        return ManyProviders.Kinds.Select(kind => kind.Key).Where(key =>
            text.Contains(key, StringComparison.Ordinal) || plain.Contains(key, StringComparison.Ordinal) || decoded.Contains(key, StringComparison.Ordinal));
    }

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] != '\\' || index + 1 == text.Length)
            {
                plain.Append(text[index]);
            }
            else if (text[index + 1] == 'u' && index + 6 <= text.Length && ushort.TryParse(text.AsSpan(index + 2, 4), System.Globalization.NumberStyles.HexNumber, null, out var unit))
            {
                plain.Append((char)unit);
                index += 5;
            }
            else
            {
                plain.Append(text[++index]);
            }
        }

        return plain.ToString();
    }
}
