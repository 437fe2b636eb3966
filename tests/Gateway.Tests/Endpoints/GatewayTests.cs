using System.Net;
using System.Net.Sockets;
using System.Text;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Endpoints;

public class GatewayTests
{
    [Theory]
    [InlineData("/api/chat", """{"model":"nope","messages":[{"role":"user","content":"x"}]}""", 404, """{"error":"model 'nope' not found"}""")]
    [InlineData("/api/generate", """{"prompt":"x"}""", 404, """{"error":"model '' not found"}""")]
    [InlineData("/api/chat", """{"messages":[]}""", 400, """{"error":"model is required"}""")]
    [InlineData("/api/chat", """{"model":"a b","messages":[]}""", 400, """{"error":"invalid model name"}""")]
    [InlineData("/api/embed", """{"model":"nope","input":"x"}""", 404, """{"error":"model \"nope\" not found, try pulling it first"}""")]
    [InlineData("/api/embed", """{"input":"x"}""", 404, """{"error":"model '' not found"}""")]
    [InlineData("/api/embeddings", """{"prompt":"x"}""", 400, """{"error":"model is required"}""")]
    [InlineData("/api/show", """{"model":"nope"}""", 404, """{"error":"model 'nope:latest' not found"}""")]
    [InlineData("/api/show", """{"name":""}""", 400, """{"error":"model is required"}""")]
    [InlineData("/api/chat", "", 400, """{"error":"missing request body"}""")]
    [InlineData("/api/chat", "null", 400, """{"error":"the request body must be an object, not null"}""")]
    [InlineData("/api/chat", """{"model":"m","messages":"x"}""", 400, """{"error":"messages must be an array, not a string"}""")]
    [InlineData("/api/chat", """{"model":"m","messages":[{"role":"user","content":5}]}""", 400, """{"error":"messages[0].content must be a string, not a number"}""")]
    [InlineData("/v1/chat/completions", """{"model":"nope","messages":[{"role":"user","content":"x"}]}""", 404, """{"error":{"message":"model 'nope' not found","type":"invalid_request_error","param":"model","code":"model_not_found"}}""")]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[]}""", 400, """{"error":{"message":"[] is too short - 'messages'","type":"invalid_request_error","param":"messages","code":null}}""")]
    [InlineData("/v1/embeddings", """{"model":"vectors"}""", 400, """{"error":{"message":"invalid input","type":"invalid_request_error","param":"input","code":null}}""")]
    [InlineData("/v1/audio/transcriptions", "", 501, """{"error":{"message":"POST /v1/audio/transcriptions is not implemented by this gateway","type":"invalid_request_error","param":null,"code":"not_implemented"}}""")]
    public async Task A_bad_request_gets_its_dialects_own_answer(string path, string request, int status, string body)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var answer = await gateway.PostAsync(path, request);
        Assert.Equal((status, body), ((int)answer.Status, answer.Body));
        Assert.Equal("application/json; charset=utf-8", answer.Response.Content.Headers.ContentType?.ToString());
        Assert.Empty(gateway.First.Bodies);
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/v1/chat/completions")]
    public async Task What_is_not_JSON_is_a_400(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        byte[][] bodies =
        [
            [.. "not json"u8],
            [.. "{\"model\":\"m\",\"messages\":["u8],
            [.. "{\"model\":\"\xFF\"}"u8, 0xFF],
            Encoding.UTF8.GetBytes(new string('[', 10_000)),
            Encoding.UTF8.GetBytes("{\"model\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 101)),
        ];
        foreach (var body in bodies)
        {
            var response = await gateway.Client.PostAsync(path, new ByteArrayContent(body));
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.True(GatewayUnderTest.Json(await response.Content.ReadAsStringAsync()).TryGetProperty("error", out _));
        }
    }

    [Fact]
    public async Task What_follows_the_first_JSON_value_is_ignored()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (status, _, _) = await gateway.PostAsync("/api/chat", """{"model":"m"} trailing""");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("/api/chat", """{"error":"the request body is larger than 100000 bytes"}""")]
    [InlineData("/v1/chat/completions", """{"error":{"message":"the request body is larger than 100000 bytes","type":"invalid_request_error","param":null,"code":"request_too_large"}}""")]
    public async Task A_body_over_the_limit_is_a_413(string path, string body)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var answer = await gateway.PostAsync(path, new string(' ', 100_001));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, body), (answer.Status, answer.Body));
        using var chunked = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(new string(' ', 100_001)) };
        chunked.Headers.TransferEncodingChunked = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await gateway.Client.SendAsync(chunked)).StatusCode);
    }

    /// <summary>Kestrel throws when such a body is read again, so the gateway must not try to discard the rest of it.</summary>
    [Fact]
    public async Task A_body_that_violates_HTTP_is_a_400_and_the_last_request_of_its_connection()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nno size\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("""{"error":"the request body could not be read"}""", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/nope", 404, "404 page not found")]
    [InlineData("GET", "/API/tags", 404, "404 page not found")]
    [InlineData("GET", "/api/chat", 405, "405 method not allowed")]
    [InlineData("POST", "/api/tags", 405, "405 method not allowed")]
    [InlineData("GET", "/v1/nope", 404, """{"error":{"message":"Unknown request URL: GET /v1/nope.","type":"invalid_request_error","param":null,"code":"unknown_url"}}""")]
    [InlineData("DELETE", "/v1/models", 405, """{"error":{"message":"/v1/models allows GET, not DELETE.","type":"invalid_request_error","param":null,"code":"method_not_allowed"}}""")]
    public async Task An_unknown_path_or_method_is_told_as_the_dialects_server_would(string method, string path, int status, string body)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal((status, body), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(status == 405, response.Content.Headers.Allow.Count > 0);
    }

    [Theory]
    [InlineData("GET", "/", "Ollama is running")]
    [InlineData("HEAD", "/", "")]
    [InlineData("GET", "//api//version/", "{\"version\":\"0.15.0\"}")]
    [InlineData("HEAD", "/api/tags", "")]
    [InlineData("GET", "/api/ps?x=y", "{\"models\":[]}")]
    [InlineData("GET", "/health", "{\"status\":\"ok\"}")]
    [InlineData("GET", "/ready", "{\"status\":\"ready\"}")]
    public async Task Probes_get_what_they_look_for(string method, string path, string body)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        // The base address is put in front, because a path that begins with two slashes would be read as a host.
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(gateway.Client.BaseAddress!.ToString().TrimEnd('/') + path)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("HEAD", "/api/ps")]
    [InlineData("HEAD", "/v1/models")]
    public async Task HEAD_is_not_implied_by_GET(string method, string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Theory]
    [InlineData("abc-1.2_3", true)]
    [InlineData("has space", false)]
    [InlineData("inject\"quote", false)]
    public async Task A_harmless_request_id_is_kept_and_any_other_replaced(string id, bool kept)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        request.Headers.TryAddWithoutValidation(RequestId.Header, id);
        using var response = await gateway.Client.SendAsync(request);
        Assert.Equal(kept, response.Headers.GetValues(RequestId.Header).Single() == id);
    }

    [Theory]
    [InlineData("/v1/models/m", "m")]
    [InlineData("/v1/models/one%2Fanything", "one/anything")]
    [InlineData("/v1/models/one%252Fanything", "one/anything")]
    [InlineData("/v1/models/one/anything", "one/anything")]
    public async Task A_models_name_may_hold_slashes_however_they_are_written(string path, string id)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var body = await gateway.Client.GetStringAsync(path);
        Assert.Equal(id, GatewayUnderTest.Json(body).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_NUL_in_a_text_is_carried_as_it_is()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (status, _, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"a\u0000b"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("a\0b", GatewayUnderTest.Json(gateway.First.Bodies[0]).GetProperty("messages")[0].GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_count_that_no_number_holds_is_left_out()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":99999999999999999999}}""");
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"x"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("x", GatewayUnderTest.Json(body).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }
}
