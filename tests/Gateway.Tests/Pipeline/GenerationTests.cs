using System.Net;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

public class GenerationTests
{
    private const string OllamaChat = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";
    private const string OpenAIStream = """{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}""";
    private const string OpenAIWhole = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";

    /// <summary>Lets the first upstream break its connection after the client has read the first delta. Returns everything that the client received.</summary>
    private static async Task<string> ReadBrokenOffAsync(GatewayUnderTest gateway, string path, string request)
    {
        var seen = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"));
            await seen.Task;
            http.Abort();
        };
        using var response = await gateway.OpenAsync(path, request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync();
        seen.SetResult();
        return first + "\n" + await reader.ReadToEndAsync();
    }

    [Fact]
    public async Task A_stream_ends_with_one_done_line_and_the_reported_counts()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"), ScriptedUpstream.Delta("lo"), ScriptedUpstream.Finish, "[DONE]");
        var (status, body, response) = await gateway.PostAsync("/api/chat", OllamaChat);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.ToString());
        var lines = body.TrimEnd('\n').Split('\n').Select(GatewayUnderTest.Json).ToList();
        Assert.Equal(["Hel", "lo", ""], lines.Select(line => line.GetProperty("message").GetProperty("content").GetString()));
        Assert.Equal([false, false, true], lines.Select(line => line.GetProperty("done").GetBoolean()));
        Assert.Equal((3, 2), (lines[2].GetProperty("prompt_eval_count").GetInt32(), lines[2].GetProperty("eval_count").GetInt32()));
        Assert.Equal("upstream-m", GatewayUnderTest.Json(gateway.First.Bodies[0]).GetProperty("model").GetString());
    }

    [Fact]
    public async Task An_error_in_the_first_event_is_a_status()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, """{"object":"error","message":"too busy","type":"x","code":"1300"}""");
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", OpenAIStream);
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal("too busy", GatewayUnderTest.Json(body).GetProperty("error").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("/api/chat", OllamaChat)]
    [InlineData("/v1/chat/completions", OpenAIStream)]
    public async Task An_upstream_that_breaks_off_never_looks_finished(string path, string request)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var body = await ReadBrokenOffAsync(gateway, path, request);
        Assert.Contains("Hel", body, StringComparison.Ordinal);
        Assert.Contains("\"error\"", body.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("\"done\":true", body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clean_end_before_the_finish_is_a_failure_too()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"));
        var (_, body, _) = await gateway.PostAsync("/api/chat", OllamaChat);
        Assert.Equal("The provider's answer ended before it was complete.", GatewayUnderTest.Json(body.TrimEnd('\n').Split('\n')[^1]).GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_stream_that_fails_in_the_middle_is_a_failure_for_a_client_that_does_not_stream()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"), """{"error":{"message":"broken"}}""");
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", OpenAIWhole);
        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.DoesNotContain("Hel", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_decides_not_what_was_asked_for()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (_, body, _) = await gateway.PostAsync("/api/chat", OllamaChat);
        var lines = body.TrimEnd('\n').Split('\n').Select(GatewayUnderTest.Json).ToList();
        Assert.Equal("Hello", lines[0].GetProperty("message").GetProperty("content").GetString());
        Assert.True(lines[1].GetProperty("done").GetBoolean());
    }

    [Fact]
    public async Task The_next_target_takes_over_before_the_first_event()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 503, "application/json", """{"message":"overloaded"}""");
        gateway.Second.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("two"), ScriptedUpstream.Finish, "[DONE]");
        var (status, body, _) = await gateway.PostAsync("/api/chat", """{"model":"both","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"content\":\"two\"", body, StringComparison.Ordinal);
        Assert.Equal("upstream-second", GatewayUnderTest.Json(gateway.Second.Bodies[0]).GetProperty("model").GetString());
    }

    [Fact]
    public async Task An_error_event_at_the_very_start_lets_the_next_target_take_over()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, """{"id":"x","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""", """{"error":{"message":"sorry"}}""");
        gateway.Second.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("two"), ScriptedUpstream.Finish, "[DONE]");
        var (_, body, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"both","stream":true,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.DoesNotContain("sorry", body, StringComparison.Ordinal);
        Assert.Contains("two", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_first_event_no_other_target_is_asked()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var body = await ReadBrokenOffAsync(gateway, "/api/chat", """{"model":"both","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Contains("Hel", body, StringComparison.Ordinal);
        Assert.Empty(gateway.Second.Bodies);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    public async Task A_refusal_is_no_reason_to_ask_another_target(int refusal)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, refusal, "application/json", """{"message":"no"}""");
        var (status, _, _) = await gateway.PostAsync("/api/chat", """{"model":"both","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(refusal, (int)status);
        Assert.Empty(gateway.Second.Bodies);
    }

    [Theory]
    [InlineData(400, "{\"message\":\"bad\"}", 400)]
    [InlineData(401, "{\"detail\":\"Unauthorized\"}", 502)]
    [InlineData(403, "{\"message\":\"no\"}", 403)]
    [InlineData(404, "{\"message\":\"gone\"}", 404)]
    [InlineData(422, "{\"detail\":[{\"type\":\"x\",\"loc\":[\"body\",\"seed\"],\"msg\":\"Extra inputs are not permitted\"}]}", 400)]
    [InlineData(429, "{\"message\":\"Requests rate limit exceeded\"}", 429)]
    [InlineData(500, "<html>oops</html>", 502)]
    [InlineData(503, "", 503)]
    public async Task An_upstream_status_becomes_the_clients(int upstream, string upstreamBody, int expected)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, upstream, "application/json", upstreamBody);
        foreach (var (path, request) in new[] { ("/api/chat", OllamaChat), ("/v1/chat/completions", OpenAIWhole) })
        {
            var (status, body, _) = await gateway.PostAsync(path, request);
            Assert.Equal(expected, (int)status);
            Assert.DoesNotContain("sentinel-secret", body, StringComparison.Ordinal);
            Assert.DoesNotContain("<html>", body, StringComparison.Ordinal);
            var error = GatewayUnderTest.Json(body).GetProperty("error");
            Assert.False(string.IsNullOrEmpty(path == "/api/chat" ? error.GetString() : error.GetProperty("message").GetString()));
        }
    }

    [Fact]
    public async Task The_providers_wish_to_wait_reaches_the_client()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http =>
        {
            http.Response.Headers.RetryAfter = "1.5";
            return ScriptedUpstream.WriteAsync(http, 429, "application/json", "{}");
        };
        var (_, _, response) = await gateway.PostAsync("/v1/chat/completions", OpenAIWhole);
        Assert.Equal("2", response.Headers.GetValues("Retry-After").Single());
        Assert.Equal("1500", response.Headers.GetValues("retry-after-ms").Single());
    }

    [Fact]
    public async Task A_provider_that_is_not_there_is_a_bad_gateway_that_names_it()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.First.DisposeAsync();
        var (status, body, _) = await gateway.PostAsync("/api/chat", OllamaChat);
        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Equal("The provider one cannot be reached.", GatewayUnderTest.Json(body).GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_provider_that_says_nothing_runs_into_the_first_event_time()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var asked = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        var answer = gateway.PostAsync("/api/chat", OllamaChat);
        await asked.Task;
        gateway.Clock.Advance(TimeSpan.FromSeconds(301));
        var (status, body, _) = await answer;
        Assert.Equal(HttpStatusCode.GatewayTimeout, status);
        Assert.Equal("The provider took too long (first event).", GatewayUnderTest.Json(body).GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_provider_that_falls_silent_runs_into_the_idle_time()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"));
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var response = await gateway.OpenAsync("/api/chat", OllamaChat);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Contains("Hel", await reader.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal("{\"error\":\"The provider took too long (silence in the middle of the answer).\"}", await gateway.PassTimeUntilAsync(TimeSpan.FromSeconds(121), reader.ReadLineAsync()));
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Token_counts_that_never_come_are_not_waited_for_long()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"), """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var response = await gateway.OpenAsync("/api/chat", OllamaChat);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Contains("Hel", await reader.ReadLineAsync(), StringComparison.Ordinal);
        var last = await gateway.PassTimeUntilAsync(TimeSpan.FromSeconds(3), reader.ReadLineAsync());
        Assert.True(GatewayUnderTest.Json(last!).GetProperty("done").GetBoolean());
    }

    [Theory]
    [InlineData("/api/chat", OllamaChat)]
    [InlineData("/v1/chat/completions", OpenAIStream)]
    public async Task A_client_that_leaves_cancels_its_upstream(string path, string request)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"));
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        var response = await gateway.OpenAsync(path, request);
        using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync()))
            await reader.ReadLineAsync();
        response.Dispose();
        await gateway.First.ClientLeft.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task What_the_provider_lacks_is_named_in_a_header()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (_, _, response) = await gateway.PostAsync("/v1/chat/completions", """{"model":"m","user":"u","top_k":5,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal("top_k=dropped, user=dropped", response.Headers.GetValues("X-Dragoman-Losses").Single());
    }

    [Fact]
    public async Task A_request_that_does_not_stream_is_handed_over_when_the_front_has_functions()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(OpenAIWhole) };
        request.Headers.Add(HandOver.FunctionsHeader, "available");
        using var response = await gateway.Client.SendAsync(request);
        Assert.Equal("@functions", response.Headers.GetValues("X-Accel-Redirect").Single());
        Assert.Empty(gateway.First.Bodies);
    }

    [Fact]
    public async Task The_functions_hand_nothing_over_whatever_a_client_claims()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(handsOver: false);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(OpenAIWhole) };
        request.Headers.Add(HandOver.FunctionsHeader, "available");
        using var response = await gateway.Client.SendAsync(request);
        Assert.False(response.Headers.Contains("X-Accel-Redirect"));
        Assert.Contains("Hello", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_never_handed_over()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("x"), ScriptedUpstream.Finish, "[DONE]");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(OpenAIStream) };
        request.Headers.Add(HandOver.FunctionsHeader, "available");
        using var response = await gateway.Client.SendAsync(request);
        Assert.False(response.Headers.Contains("X-Accel-Redirect"));
        Assert.EndsWith("data: [DONE]\n\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"m"}""", "load")]
    [InlineData("/api/chat", """{"model":"m","messages":[],"keep_alive":0}""", "unload")]
    [InlineData("/api/generate", """{"model":"m","keep_alive":"0s"}""", "unload")]
    [InlineData("/api/generate", """{"model":"m","prompt":"","system":"s"}""", "load")]
    public async Task Loading_and_unloading_ask_no_provider(string path, string request, string reason)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (status, body, response) = await gateway.PostAsync(path, request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(reason, GatewayUnderTest.Json(body).GetProperty("done_reason").GetString());
        Assert.Empty(gateway.First.Bodies);
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"chat-only","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}]}""", "chat-only does not support tools")]
    [InlineData("/api/chat", """{"model":"chat-only","messages":[{"role":"user","content":"x"}],"think":true}""", "\"chat-only\" does not support thinking")]
    [InlineData("/api/chat", """{"model":"vectors","messages":[{"role":"user","content":"x"}]}""", "\"vectors\" does not support chat")]
    [InlineData("/api/generate", """{"model":"chat-only","prompt":"x","suffix":"y"}""", "chat-only does not support insert")]
    public async Task A_missing_capability_is_told_in_the_words_that_clients_match(string path, string request, string message)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (status, body, _) = await gateway.PostAsync(path, request);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(message, GatewayUnderTest.Json(body).GetProperty("error").GetString());
        Assert.Empty(gateway.First.Bodies);
    }
}
