using System.Net;

namespace Dragoman.Gateway.Tests.Endpoints;

public class OllamaManagementTests
{
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("POST", "/api/create", "", 400, "missing request body")]
    [InlineData("POST", "/api/create", """{"from":"m"}""", 400, "invalid model name")]
    [InlineData("POST", "/api/create", """{"model":"a b","from":"m"}""", 400, "invalid model name")]
    [InlineData("POST", "/api/create", """{"model":"mine"}""", 400, "neither 'from' or 'files' was specified")]
    [InlineData("POST", "/api/create", """{"model":"mine","files":{}}""", 400, "neither 'from' or 'files' was specified")]
    [InlineData("POST", "/api/create", """{"name":"mine","from":"m"}""", 501, "POST /api/create is not implemented by this gateway")]
    [InlineData("POST", "/api/create", """{"model":"mine","files":{"a":"sha256:x"}}""", 501, "POST /api/create is not implemented by this gateway")]
    [InlineData("POST", "/api/push", "", 400, "missing request body")]
    [InlineData("POST", "/api/push", "{}", 400, "model is required")]
    [InlineData("POST", "/api/push", """{"name":"m"}""", 501, "POST /api/push is not implemented by this gateway")]
    [InlineData("POST", "/api/copy", "", 400, "missing request body")]
    [InlineData("POST", "/api/copy", """{"source":"a b","destination":"c"}""", 400, "source \"a b\" is invalid")]
    [InlineData("POST", "/api/copy", """{"source":"m"}""", 400, "destination \"\" is invalid")]
    [InlineData("POST", "/api/copy", """{"source":"nope","destination":"c"}""", 404, "model \"nope\" not found")]
    [InlineData("POST", "/api/copy", """{"source":"m","destination":"c"}""", 501, "POST /api/copy is not implemented by this gateway")]
    [InlineData("DELETE", "/api/delete", "", 400, "missing request body")]
    [InlineData("DELETE", "/api/delete", """{"model":"a b"}""", 400, "name \"a b\" is invalid")]
    [InlineData("DELETE", "/api/delete", """{"name":"nope"}""", 404, "model 'nope' not found")]
    [InlineData("DELETE", "/api/delete", """{"name":"m"}""", 501, "DELETE /api/delete is not implemented by this gateway")]
    [InlineData("POST", "/api/blobs/sha256:123", "x", 400, "invalid digest format")]
    [InlineData("POST", "/api/blobs/md5:" + Digest, "x", 400, "invalid digest format")]
    [InlineData("POST", "/api/blobs/sha256:" + Digest, "x", 501, "POST /api/blobs/sha256:" + Digest + " is not implemented by this gateway")]
    [InlineData("POST", "/api/me", "", 401, "unauthorized")]
    [InlineData("POST", "/api/signout", "", 401, "you are not currently signed in")]
    [InlineData("DELETE", "/api/user/keys/AAAA%2FB", "", 401, "you are not currently signed in")]
    [InlineData("POST", "/api/experimental/web_search", "", 400, "missing request body")]
    [InlineData("POST", "/api/experimental/web_search", """{"query":"x"}""", 403, "ollama cloud is disabled: web search is unavailable")]
    [InlineData("POST", "/api/experimental/web_fetch", """{"url":"x"}""", 403, "ollama cloud is disabled: web fetch is unavailable")]
    [InlineData("POST", "/api/pull", "", 400, "missing request body")]
    [InlineData("POST", "/api/pull", "{}", 400, "invalid model name")]
    [InlineData("POST", "/api/pull", """{"name":"a b"}""", 400, "invalid model name")]
    [InlineData("POST", "/api/pull", """{"name":"m","stream":"yes"}""", 400, "stream must be true or false, not a string")]
    [InlineData("POST", "/api/pull", """{"name":"nope","stream":false}""", 500, "pull model manifest: file does not exist")]
    public async Task What_has_no_meaning_here_is_refused_after_Ollamas_own_checks(string method, string path, string body, int status, string error)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(body) });
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(error, GatewayUnderTest.Json(await response.Content.ReadAsStringAsync()).GetProperty("error").GetString());
        Assert.Empty(gateway.First.Bodies);
    }

    [Theory]
    [InlineData("/api/blobs/sha256:" + Digest, 404)]
    [InlineData("/api/blobs/sha256-" + Digest, 404)]
    [InlineData("/api/blobs/sha256:" + Digest + "0", 400)]
    [InlineData("/api/blobs/x", 400)]
    public async Task No_blob_is_there(string path, int status)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("/api/status", """{"cloud":{"disabled":true,"source":"env"}}""")]
    [InlineData("/api/experimental/model-recommendations", """{"recommendations":[]}""")]
    public async Task The_cloud_of_Ollama_is_off(string path, string body)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        Assert.Equal(body, await gateway.Client.GetStringAsync(path));
    }

    [Theory]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"name":"M:latest","stream":true,"insecure":true}""")]
    [InlineData("""{"model":"","name":"one/anything"}""")]
    public async Task Pulling_a_published_model_succeeds_at_once(string request)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (status, body, response) = await gateway.PostAsync("/api/pull", request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("{\"status\":\"pulling manifest\"}\n{\"status\":\"verifying sha256 digest\"}\n{\"status\":\"writing manifest\"}\n{\"status\":\"success\"}\n", body);
        Assert.Empty(gateway.First.Bodies);
    }

    [Fact]
    public async Task Pulling_without_a_stream_tells_the_end_alone()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (status, body, response) = await gateway.PostAsync("/api/pull", """{"model":"m","stream":false}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"status":"success"}""", body);
    }

    [Fact]
    public async Task Pulling_an_unknown_model_ends_in_an_error_line()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (status, body, response) = await gateway.PostAsync("/api/pull", """{"model":"nope"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("{\"status\":\"pulling manifest\"}\n{\"error\":\"pull model manifest: file does not exist\"}\n", body);
    }
}
