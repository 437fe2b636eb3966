using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Dragoman.Emulator.Tests.Requests;

public sealed class BadInputTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    private static readonly string[] Posts = ["/v1/chat/completions", "/v1/embeddings", "/v1/completions", "/v1/fim/completions"];

    public static TheoryData<string, byte[]> Bodies() => new()
    {
        { "empty", [] },
        { "not JSON", "hello"u8.ToArray() },
        { "cut off", "{\"model\":\"mistral-small-latest\""u8.ToArray() },
        { "an array", "[]"u8.ToArray() },
        { "null", "null"u8.ToArray() },
        { "a number", "5"u8.ToArray() },
        { "depth 10,000", Encoding.UTF8.GetBytes($"{{\"model\":{new string('[', 10_000)}{new string(']', 10_000)}}}") },
        { "invalid UTF-8", [.. "{\"model\":\""u8, 0xff, 0xfe, .. "\"}"u8] },
        { "a raw NUL", [.. "{\"model\":\"a"u8, 0, .. "\"}"u8] },
        { "half a surrogate pair", "{\"model\":\"\\ud800\"}"u8.ToArray() },
        { "half a surrogate pair in a name", "{\"\\uDC00\":1}"u8.ToArray() },
        { "the wrong types", "{\"model\":{},\"messages\":{},\"input\":{},\"prompt\":{}}"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_makes_no_sense_is_a_422_and_the_next_request_works(string what, byte[] body)
    {
        Assert.NotEmpty(what);
        foreach (var path in Posts)
        {
            using var content = new ByteArrayContent(body);
            using var response = await emulator.Client.PostAsync(path, content);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
            var error = RunningEmulator.Parse(await response.Content.ReadAsStringAsync());
            Assert.NotEmpty(error.GetProperty("message").GetProperty("detail")[0].GetProperty("msg").GetString()!);
        }

        var (status, _) = await emulator.PostAsync("/v1/chat/completions", RunningEmulator.User("hi"));
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task A_NUL_that_is_escaped_is_text_like_any_other()
    {
        var (said, stream) = await emulator.ChatBothWaysAsync(RunningEmulator.User("a\0b"));
        Assert.StartsWith("You said: \"a\0b\".", said.Text, StringComparison.Ordinal);
        Assert.Equal(said, stream);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_more_than_64_MiB_is_a_413(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(new byte[(64 << 20) + 1]) };
        request.Headers.ExpectContinue = true;
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await emulator.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("67108864", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer  ")]
    [InlineData("Basic abc")]
    public async Task Without_a_bearer_value_it_is_a_401(string? authorization)
    {
        foreach (var path in (string[])["/v1/models", "/v1/chat/completions", "/v1/unknown"])
        {
            using var client = new HttpClient { BaseAddress = emulator.Client.BaseAddress };
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (authorization is not null)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("""{"detail":"Unauthorized"}""", await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", 405)]
    [InlineData("POST", "/v1/models", 405)]
    [InlineData("DELETE", "/health", 405)]
    [InlineData("GET", "/__emulator/reset", 405)]
    [InlineData("GET", "/v1/", 404)]
    [InlineData("GET", "/v1/models/", 404)]
    [InlineData("GET", "/api/tags", 404)]
    public async Task An_unknown_path_and_a_wrong_method_are_told_apart(string method, string path, int expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await emulator.Client.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(JsonValueKind.String, RunningEmulator.Parse(await response.Content.ReadAsStringAsync()).GetProperty("detail").ValueKind);
        Assert.Equal(expected == 405, response.Content.Headers.Allow.Count > 0);
    }

    [Fact]
    public async Task Health_and_metadata_need_no_key()
    {
        using var client = new HttpClient { BaseAddress = emulator.Client.BaseAddress };
        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync("/health"));
        var metadata = RunningEmulator.Parse(await client.GetStringAsync("/"));
        Assert.Equal("dragoman-emulator", metadata.GetProperty("name").GetString());
        Assert.StartsWith("Mistral, OpenAI", metadata.GetProperty("emulates").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc-123._X", true)]
    [InlineData("has space", false)]
    [InlineData("", false)]
    public async Task A_request_id_is_passed_through_when_it_is_one(string id, bool passes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.TryAddWithoutValidation("X-Request-Id", id);
        using var response = await emulator.Client.SendAsync(request);
        var answered = response.Headers.GetValues("X-Request-Id").Single();
        Assert.Equal(passes, answered == id);
        Assert.NotEmpty(answered);
    }
}
