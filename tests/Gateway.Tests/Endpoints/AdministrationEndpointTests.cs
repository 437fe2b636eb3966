using System.Net;
using System.Text;
using System.Text.Json;
using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Administration;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Access;
using Dragoman.Gateway.Tests.Administration;
using Dragoman.Locales;
using Role = Dragoman.Access.Directory.Role;

namespace Dragoman.Gateway.Tests.Endpoints;

/// <summary>HTTP in front of the administration; its rules have tests of their own.</summary>
public sealed class AdministrationEndpointTests : IAsyncLifetime
{
    private Caller caller = AdminUnderTest.Admin.Caller;
    private Func<Caller>? watcher;
    private AdminUnderTest? admin;
    private GatewayUnderTest? gateway;

    private HttpClient Client => gateway!.Client;

    public async Task InitializeAsync()
    {
        admin = AdminUnderTest.Open();
        gateway = await GatewayUnderTest.StartAsync(policy: new KnownCaller(http => http.Request.Path == "/dragoman/requests" && watcher is not null ? watcher() : caller));
        gateway.Administration = admin.Api;
    }

    public async Task DisposeAsync()
    {
        await gateway!.DisposeAsync();
        await admin!.DisposeAsync();
    }

    [Fact]
    public async Task A_change_has_all_its_headers()
    {
        var answer = await SendAsync("POST", "teams", """{"id":"red"}""", ("Idempotency-Key", "k1"));
        Assert.Equal((HttpStatusCode.Created, "/dragoman/teams/red", "\"1\""), (answer.StatusCode, answer.Headers.Location?.ToString(), answer.Headers.ETag?.Tag));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.False(answer.Headers.Contains("Idempotency-Replayed"));
        answer = await SendAsync("POST", "teams", """{"id":"red"}""", ("Idempotency-Key", "k1"));
        Assert.Equal((HttpStatusCode.Created, "true"), (answer.StatusCode, Assert.Single(answer.Headers.GetValues("Idempotency-Replayed"))));
        answer = await SendAsync("PATCH", "teams/red", """{"name":"x"}""", ("If-Match", "\"7\""));
        Assert.Equal((HttpStatusCode.PreconditionFailed, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        answer = await SendAsync("GET", "teams/red", null, ("If-None-Match", "\"1\""));
        Assert.Equal((HttpStatusCode.NotModified, "\"1\""), (answer.StatusCode, answer.Headers.ETag?.Tag));
        answer = await SendAsync("DELETE", "teams/red?force=true", null);
        Assert.Equal((HttpStatusCode.NoContent, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        answer = await SendAsync("POST", "keys/000000000000", null);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET, PATCH, DELETE"), (answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow)));
    }

    [Fact]
    public async Task Failures_of_the_gateway_itself_are_problems_too()
    {
        foreach (var (method, path, body, status) in new[]
        {
            ("GET", "nothing", null, HttpStatusCode.NotFound),
            ("PUT", "teams", null, HttpStatusCode.MethodNotAllowed),
            ("POST", "teams", new string(' ', AdminApi.LargestBody + 1), HttpStatusCode.RequestEntityTooLarge),
            ("POST", "teams", "{", HttpStatusCode.BadRequest),
        })
        {
            var answer = await SendAsync(method, path, body);
            Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
            Assert.Equal(Assert.Single(answer.Headers.GetValues("X-Request-Id")), problem.GetProperty("requestId").GetString());
        }
    }

    [Fact]
    public async Task Without_a_store_there_is_nothing_but_the_caller()
    {
        gateway!.Administration = null;
        var answer = await SendAsync("GET", "teams", null);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("/store/connection", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "whoami", null)).StatusCode);
    }

    [Fact]
    public async Task Prices_are_those_of_published_models_and_unknown_ones_are_seen()
    {
        var answer = await SendAsync("GET", "prices", null);
        Assert.Equal((HttpStatusCode.OK, true), (answer.StatusCode, answer.Headers.CacheControl?.NoStore));
        var shown = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(("2026-01-02", "USD"), (shown.GetProperty("date").GetString(), shown.GetProperty("currency").GetString()));
        Assert.Contains(
            """{"model":"m","provider":"one","upstreamModel":"upstream-m","from":null,"prices":null}""",
            shown.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()));

        answer = await SendAsync("GET", "prices?model=m", null);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("model is not known; no parameter is allowed", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        caller = new Caller { Team = "red" };
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", "prices", null)).StatusCode);
        caller = AdminUnderTest.Of("red", "ann", Role.Lead).Caller;
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "prices", null)).StatusCode);
    }

    [Theory]
    [InlineData(null, "{}", "")]
    [InlineData("text/event-stream", ": keep-alive", "data: ")]
    public async Task A_settled_request_is_shown_live_to_those_who_may_see_it(string? accept, string keepAlive, string prefix)
    {
        watcher = () => AdminUnderTest.Admin.Caller;
        using var watching = await WatchAsync(accept);
        Assert.Equal(accept ?? "application/x-ndjson", watching.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await watching.Content.ReadAsStreamAsync());
        Assert.Equal(keepAlive, await lines.ReadLineAsync());

        caller = new Caller { Team = "blue" };
        await ChatAsync("a secret prompt");
        caller = new Caller { Team = "red", Key = "4fJx0aQ2LmZ9", User = "ann" };
        await ChatAsync("a secret prompt");

        var shown = new List<JsonElement>();
        while (shown.Count < 2)
        {
            var line = await lines.ReadLineAsync();
            Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
            if (line!.StartsWith(prefix + "{\"time\"", StringComparison.Ordinal))
                shown.Add(JsonDocument.Parse(line[prefix.Length..]).RootElement);
        }

        Assert.Equal(["blue", "red"], shown.Select(request => request.GetProperty("team").GetString()));
        Assert.Equal(("4fJx0aQ2LmZ9", "ann", "m", "one", "upstream-m", "completed"), (Text("key"), Text("user"), Text("model"), Text("provider"), Text("upstreamModel"), Text("outcome")));

        string? Text(string name) => shown[1].GetProperty(name).GetString();
    }

    [Fact]
    public async Task A_lead_watches_the_own_team_and_others_nothing()
    {
        caller = new Caller { Team = "red" };
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", "requests", null)).StatusCode);
        watcher = () => AdminUnderTest.Of("red", "ann", Role.Lead).Caller;
        using var watching = await WatchAsync(null);
        using var lines = new StreamReader(await watching.Content.ReadAsStreamAsync());
        Assert.Equal("{}", await lines.ReadLineAsync());
        caller = new Caller { Team = "blue" };
        await ChatAsync("x");
        caller = new Caller { Team = "red" };
        await ChatAsync("x");
        Assert.Contains("\"team\":\"red\"", await lines.ReadLineAsync(), StringComparison.Ordinal);
        // A quiet connection is kept alive.
        Assert.Equal("{}", await gateway!.PassTimeUntilAsync(TimeSpan.FromSeconds(15), lines.ReadLineAsync()));
        await gateway.StopAsync();
    }

    public static TheoryData<string, Func<Caller>> ShutOut => new()
    {
        { "a revoked key", () => throw new GatewayException(new GatewayError(ErrorKind.Unauthenticated, Wording.Verbatim("The key was revoked."))) },
        { "no role", () => new Caller { Team = "red" } },
        { "the role in another team", () => AdminUnderTest.Of("blue", "ann", Role.Lead).Caller },
        { "a network that is not allowed", () => new Caller { Team = "red", Roles = [Role.Lead], Allow = [new AllowList(AccessText.OfKey("a"), new AllowRules(null, null, ["10.0.0.0/8"]))] } },
    };

    [Theory]
    [MemberData(nameof(ShutOut))]
    public async Task Who_may_not_watch_any_longer_is_shown_nothing_more(string because, Func<Caller> later)
    {
        foreach (var isQuiet in (bool[])[false, true])
        {
            watcher = () => AdminUnderTest.Of("red", "ann", Role.Lead).Caller;
            using var watching = await WatchAsync(null);
            using var lines = new StreamReader(await watching.Content.ReadAsStreamAsync());
            Assert.Equal("{}", await lines.ReadLineAsync());
            watcher = later;
            caller = new Caller { Team = "red" };
            if (!isQuiet)
                await ChatAsync("x");
            var line = isQuiet ? await gateway!.PassTimeUntilAsync(TimeSpan.FromSeconds(15), lines.ReadLineAsync()) : await lines.ReadLineAsync();
            Assert.True(line is null, $"{because}: {line}");
        }
    }

    [Fact]
    public async Task Watching_takes_no_parameters()
    {
        var answer = await SendAsync("GET", "requests?team=red&x=1", null);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("urn:dragoman:problem:invalid-request", problem.GetProperty("type").GetString());
        Assert.Equal(["team", "x"], problem.GetProperty("errors").EnumerateArray().Select(static error => error.GetProperty("parameter").GetString()));
    }

    private async Task ChatAsync(string prompt)
    {
        gateway!.First.Answer = http => ScriptedUpstream.WriteAsync(
            http, 200, "application/json", """{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"a secret answer"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""");
        var (status, _, _) = await gateway.PostAsync("/api/chat", $$"""{"model":"m","stream":false,"messages":[{"role":"user","content":"{{prompt}}"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    private Task<HttpResponseMessage> WatchAsync(string? accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/dragoman/requests");
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path, string? body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), "/dragoman/" + path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request);
    }
}
