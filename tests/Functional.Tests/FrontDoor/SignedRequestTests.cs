using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.FunctionsHost;
using Dragoman.Functional.Tests.Harness;
using Dragoman.FunctionsHost;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>nginx signs what it sends to the functions, and the functions answer nothing else.</summary>
public sealed partial class SignedRequestTests
{
    private const string Header = "X-Dragoman-Front";
    private const string Key = "front-key-of-a-functional-test-0123456789";
    private const string NewKey = "another-front-key-of-a-functional-test-01";

    private static readonly Dictionary<string, string?> Door = new() { ["DRAGOMAN_FRONT_KEY"] = Key };

    [Theory]
    [InlineData("", "")]
    [InlineData("127.0.0.1:7071", "")]
    [InlineData("https://localhost", "function-key==")]
    public async Task Nginx_accepts_the_files_without_a_warning(string functions, string functionsKey)
    {
        var (exitCode, output) = await NginxFrontDoor.CheckAsync(new Dictionary<string, string?>(Door)
        {
            ["DRAGOMAN_NGINX_LISTEN"] = "127.0.0.1:1",
            ["DRAGOMAN_FUNCTIONS"] = functions,
            ["DRAGOMAN_FUNCTIONS_KEY"] = functionsKey,
        });

        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("[warn]", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_readable_by_its_owner_only_and_is_in_one_file()
    {
        using var target = new ScratchDirectory();

        await NginxFrontDoor.TryRenderAsync(target.Path, Door);

        var holder = Assert.Single(Directory.GetFiles(target.Path), file => File.ReadAllText(file).Contains(Key, StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(holder));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcde", "DRAGOMAN_FRONT_KEY is shorter than 32 characters")]
    [InlineData("0123456789abcdef'0123456789abcdef", "DRAGOMAN_FRONT_KEY may contain only letters")]
    public async Task Another_key_is_refused_and_not_repeated(string key, string reason)
    {
        using var target = new ScratchDirectory();

        var (exitCode, output) = await NginxFrontDoor.TryRenderAsync(target.Path, new Dictionary<string, string?> { ["DRAGOMAN_FRONT_KEY"] = key });

        Assert.Equal(2, exitCode);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.DoesNotContain(key, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_module_is_told_and_the_files_are_written_for_another_machine()
    {
        using var target = new ScratchDirectory();

        var (exitCode, output) = await NginxFrontDoor.TryRenderAsync(
            target.Path, new Dictionary<string, string?>(Door) { ["DRAGOMAN_NGINX_MODULES"] = "/nowhere" });

        Assert.Equal(0, exitCode);
        Assert.Contains("there is no /nowhere/ngx_http_js_module.so", output, StringComparison.Ordinal);
        Assert.Equal("load_module /nowhere/ngx_http_js_module.so;\n", await File.ReadAllTextAsync(target.File("modules.conf")));
    }

    [Theory]
    [InlineData("GET", "/api/tags", "/api/tags")]
    [InlineData("GET", "/v1/models/a%2Fb?key=x", "/v1/models/a/b")]
    [InlineData("GET", "//v1///models/", "/v1/models")]
    [InlineData("GET", "/v1/models/%C3%A9%20%252Fx", "/v1/models/\u00c3\u00a9 /x")]
    [InlineData("POST", "/api/embed", "/api/embed")]
    [InlineData("POST", "/api/chat", "/api/chat")]
    [InlineData("OPTIONS", "/api/tags", "/api/tags")]
    public async Task What_the_functions_get_is_signed_and_what_the_sidecar_gets_is_not(string method, string path, string signed)
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: HandOver, settings: Door);

        await RawHttp.ExchangeAsync(
            stack.Door.Port,
            $"{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\n{Header}: t=1,s=2\r\n{Header}: stolen\r\n\r\n");

        var received = Assert.Single(stack.Functions.Requests).Headers[Header];
        var seconds = Signature().Match(received).Groups[1].Value;
        Assert.Equal(Sign(Key, seconds, method, signed), received);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(seconds, CultureInfo.InvariantCulture), 0, 30);
        Assert.All(stack.Sidecar.Requests, request => Assert.DoesNotContain(Header, request.Headers.Keys));
        Assert.DoesNotContain(received[^64..], await stack.Door.AccessLogTextAsync(), StringComparison.Ordinal);
        Assert.Equal("", stack.Door.ErrorLog);
    }

    [Theory]
    [InlineData(100, "a")]
    [InlineData(101, "%61")]
    public async Task A_path_of_many_encoded_characters_is_signed_as_it_is(int count, string signed)
    {
        await using var stack = await DoorWithUpstreams.StartAsync(settings: Door);

        await RawHttp.ExchangeAsync(stack.Door.Port, $"GET /v1/models/{Repeat("%61")} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        var received = Assert.Single(stack.Functions.Requests).Headers[Header];
        Assert.Equal(Sign(Key, Signature().Match(received).Groups[1].Value, "GET", "/v1/models/" + Repeat(signed)), received);

        string Repeat(string text) => string.Concat(Enumerable.Repeat(text, count));
    }

    [Fact]
    public async Task Without_a_key_the_clients_header_is_dropped_all_the_same()
    {
        await using var stack = await DoorWithUpstreams.StartAsync(sidecar: HandOver);

        foreach (var path in new[] { "/api/tags", "/api/chat" })
            await RawHttp.ExchangeAsync(stack.Door.Port, $"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{Header}: stolen\r\n\r\n");

        Assert.Equal(2, stack.Functions.Requests.Count);
        Assert.All(stack.Functions.Requests.Concat(stack.Sidecar.Requests), request => Assert.DoesNotContain(Header, request.Headers.Keys));
    }

    [Fact]
    public async Task Through_nginx_everything_is_answered_and_without_it_only_probes()
    {
        await using var stack = await DragomanStack.StartFullAsync(new Dictionary<string, string?> { ["DRAGOMAN__access__frontKey"] = Key }, door: Door);
        var functions = stack.Functions!;

        await ExpectAnswersAsync(stack.Client, stack.Door, functions.Address.Authority);
        using var upload = await stack.Client.SendAsync(Requests.Post("/api/embed", $$"""{"model":"mistral-embed","input":"{{new string('x', 25_000)}}"}"""));
        Assert.Equal(HttpStatusCode.OK, upload.StatusCode);

        await ExpectRefusalsAsync(functions.Client, functions.Address, () => functions.Log);
    }

    [Fact]
    public async Task The_isolated_worker_does_the_same_behind_the_Functions_host()
    {
        using var directory = new ScratchDirectory();
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        var environment = WorkerDeployment.EnvironmentFor(provider);
        environment["DRAGOMAN__access__frontKey"] = Key;
        await using var host = await WorkerHost.StartAsync(IsolatedApp.In(directory.Path, environment));
        await using var sidecar = await RecordingUpstream.StartAsync("sidecar", HandOver);
        await using var door = await NginxFrontDoor.StartAsync(sidecar.Authority, host.Address.Authority, Door);
        using var client = PlainHttpClient.For(door.Address);
        using var direct = PlainHttpClient.For(host.Address);

        using var models = await client.GetAsync(new Uri("/v1/models/held%2Fany", UriKind.Relative));
        using var chat = await client.SendAsync(Requests.OpenAIChat(stream: false, WorkerDeployment.Model));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (models.StatusCode, chat.StatusCode));

        await ExpectRefusalsAsync(direct, host.Address, () => string.Join('\n', host.Lines));
    }

    [Fact]
    public async Task A_key_is_replaced_without_a_refusal_whichever_side_has_it_first()
    {
        using var directory = new ScratchDirectory();
        var file = directory.File("front-key");
        await File.WriteAllTextAsync(file, Key);
        await using var functions = await DragomanProcess.StartAsync(
            "functions", directory.Path, new Dictionary<string, string?> { ["DRAGOMAN__access__frontKey"] = $"file:{file}" });

        Assert.Equal(HttpStatusCode.OK, await AskAsync(functions.Client, Key));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(functions.Client, NewKey));
        await File.WriteAllTextAsync(file, NewKey);
        // The file is read again because of the signature, at most once in a second, and counts when it has settled.
        await Eventually.HoldsAsync(async () => await AskAsync(functions.Client, NewKey) == HttpStatusCode.OK, () => functions.Log);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(functions.Client, Key));
    }

    private static async Task ExpectAnswersAsync(HttpClient client, NginxFrontDoor door, string functions)
    {
        using var tags = await client.GetAsync(new Uri("/api/tags", UriKind.Relative));
        using var model = await client.GetAsync(new Uri("/v1/models/no%2Fsuch", UriKind.Relative));
        using var chat = await client.SendAsync(Requests.OllamaChat(stream: false));
        using var stream = await client.SendAsync(Requests.OllamaChat(stream: true));
        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.OK), (tags.StatusCode, model.StatusCode, chat.StatusCode, stream.StatusCode));
        Assert.Contains("\"done\":true", await stream.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var answer in new[] { tags, model, chat })
            Assert.EndsWith(functions, (await door.AccessLogAsync(answer.RequestId())).GetProperty("upstream").GetString(), StringComparison.Ordinal);
    }

    private static async Task ExpectRefusalsAsync(HttpClient client, Uri address, Func<string> log)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var past = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 600).ToString(CultureInfo.InvariantCulture);
        (string? Signature, HttpStatusCode Status, string Reason)[] cases =
        [
            (null, HttpStatusCode.Forbidden, "has no signature"),
            ("nonsense", HttpStatusCode.Forbidden, "has a malformed signature"),
            (Sign(Key, past, "GET", "/v1/models"), HttpStatusCode.Forbidden, "s ago, and 120 s are allowed"),
            (Sign(Key, now, "GET", "/api/tags"), HttpStatusCode.Forbidden, "of another key, method or path"),
            (Sign(NewKey, now, "GET", "/v1/models"), HttpStatusCode.Forbidden, "of another key, method or path"),
            (Sign(Key, now, "GET", "/v1/models"), HttpStatusCode.OK, ""),
        ];
        foreach (var (signature, status, reason) in cases)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/v1/models"));
            if (signature is not null)
                request.Headers.TryAddWithoutValidation(Header, signature);
            using var answer = await client.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
            if (status == HttpStatusCode.Forbidden)
                Assert.Equal("not_through_front", (await answer.JsonAsync()).GetProperty("error").GetProperty("code").GetString());
            await Eventually.HoldsAsync(() => log().Contains(reason, StringComparison.Ordinal), log);
        }

        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.DoesNotContain(Key, log(), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        request.Headers.Add(Header, Sign(key, DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), "GET", "/api/version"));
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private static string Sign(string key, string seconds, string method, string plainPath) =>
        $"t={seconds},s={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"dragoman-front-1\n{seconds}\n{method}\n{plainPath}")))}";

    private static Task HandOver(HttpContext context)
    {
        context.Response.Headers["X-Accel-Redirect"] = "@functions";
        return Task.CompletedTask;
    }

    [GeneratedRegex("^t=([1-9][0-9]*),s=[0-9a-f]{64}$")]
    private static partial Regex Signature();
}
