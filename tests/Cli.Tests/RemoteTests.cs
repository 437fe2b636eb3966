using Dragoman.Administration;
using Dragoman.Stores;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Cli.Tests;

/// <summary>Commands that call a gateway.</summary>
public sealed class RemoteTests : IDisposable
{
    private const string Key = "dgm_sentinel0123456789";

    private readonly CliUnderTest cli = new();

    public RemoteTests() => cli.Environment["DRAGOMAN_KEY"] = Key;

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task Commands_do_the_same_as_on_the_store()
    {
        await using var store = StoreConnection.Parse("sqlite:" + cli.File("remote.db")).Open();
        await using var ledger = StoreConnection.Parse("sqlite:" + cli.File("remote.db")).OpenLedger();
        var api = new AdminApi(store, ledger, TimeProvider.System);
        await using var server = await ScriptedServer.StartAsync(http => AnswerAsync(api, http));
        cli.Environment["DRAGOMAN_URL"] = server.Address;

        await cli.DoAsync("team", "create", "web", "--name", "Web");
        await cli.DoAsync("user", "create", "a+b:c@example.com", "--team", "web", "--role", "lead");
        await cli.DoAsync("user", "set", "a+b:c@example.com", "--team", "web", "--disable");
        var (id, _) = await cli.CreateKeyAsync("--team", "web", "--idempotency-key", "one");
        Assert.Equal(6, (await cli.RunAsync("key", "create", "--team", "web", "--quiet", "--idempotency-key", "one")).Code);
        await cli.DoAsync("key", "rotate", id, "--keep-old", "1h", "--quiet");
        var etag = (await cli.DoAsync("team", "show", "web", "--etag")).Output.Trim();
        await cli.DoAsync("team", "set", "web", "--name", "Other", "--if-match", etag);
        Assert.Equal(6, (await cli.RunAsync("team", "set", "web", "--name", "Third", "--if-match", etag)).Code);
        foreach (var command in new[] { "team list", "key list --team web", "key list --all", "user show a+b:c@example.com --team web", "limits show --team web", "audit list" })
        {
            var remote = await cli.DoAsync([.. command.Split(' '), "--json"]);
            var local = await cli.DoAsync([.. command.Split(' '), "--json", "--store", "sqlite:" + cli.File("remote.db")]);
            Assert.Equal(local.Output, remote.Output);
        }

        await cli.DoAsync("team", "delete", "web", "--force");
        Assert.All(server.Requests, request => Assert.Equal("Bearer " + Key, request.Credential));
        Assert.DoesNotContain(server.Requests, request => request.Line.Contains(Key, StringComparison.Ordinal));
        Assert.Contains(server.Requests, request => request.Line == "PATCH /dragoman/users/web/a+b:c@example.com");
    }

    [Theory]
    [InlineData(400, 2)]
    [InlineData(401, 3)]
    [InlineData(403, 4)]
    [InlineData(404, 5)]
    [InlineData(409, 6)]
    [InlineData(412, 6)]
    [InlineData(422, 6)]
    [InlineData(429, 7)]
    [InlineData(500, 1)]
    [InlineData(503, 1)]
    public async Task The_exit_code_is_that_of_the_status(int status, int code)
    {
        const string Problem = """{"type":"t","title":"x","status":1,"detail":"What is wrong."}""";
        await using var server = await ScriptedServer.StartAsync(http =>
        {
            http.Response.Headers.RetryAfter = "7";
            return ScriptedServer.WriteAsync(http, status, Problem, "application/problem+json");
        });
        var result = await cli.RunAsync("team", "list", "--url", server.Address + "/");
        Assert.Equal(code, result.Code);
        Assert.StartsWith("dragoman: What is wrong.\n", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("dragoman: try again in 7 s\n", result.Error, StringComparison.Ordinal);
        var json = await cli.RunAsync("team", "list", "--url", server.Address, "--json");
        Assert.Equal((code, "", Problem + "\n"), (json.Code, json.Output, json.Error));
    }

    [Theory]
    [InlineData(200, "<html>", "is the address that of a Dragoman gateway?")]
    [InlineData(200, "[]", "is the address that of a Dragoman gateway?")]
    [InlineData(502, "<html>", "the gateway answered with status 502")]
    [InlineData(302, "", "leads elsewhere")]
    public async Task An_answer_of_something_else_is_told(int status, string body, string expected)
    {
        await using var server = await ScriptedServer.StartAsync(http =>
        {
            http.Response.Headers.Location = "https://example.com/";
            return ScriptedServer.WriteAsync(http, status, body, "text/html");
        });
        var result = await cli.RunAsync("team", "list", "--url", server.Address);
        Assert.Equal(1, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_gateway_that_is_away_is_named_without_the_key()
    {
        string address;
        await using (var server = await ScriptedServer.StartAsync(_ => Task.CompletedTask))
            address = server.Address;
        var result = await cli.RunAsync("team", "create", "web", "--url", address);
        Assert.Equal(1, result.Code);
        Assert.Contains(address + " does not answer", result.Error, StringComparison.Ordinal);
        Assert.Contains("may have been made", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_listed()
    {
        const string Models = """{"object":"list","data":[{"id":"gpt-5","object":"model","owned_by":"openai"},{"id":"best","object":"model","owned_by":"dragoman"}]}""";
        await using var server = await ScriptedServer.StartAsync(http => ScriptedServer.WriteAsync(http, 200, Models));
        Assert.Equal("MODEL  OWNER\ngpt-5  openai\nbest   dragoman\n", (await cli.DoAsync("models", "--url", server.Address + "/prefix/")).Output);
        Assert.Equal(Models + "\n", (await cli.DoAsync("models", "--url", server.Address, "--json")).Output);
        Assert.Equal("GET /prefix/v1/models", server.Requests.First().Line);
        await using var refusing = await ScriptedServer.StartAsync(http => ScriptedServer.WriteAsync(http, 401, """{"error":{"message":"Who are you?"}}"""));
        var refused = await cli.RunAsync("models", "--url", refusing.Address);
        Assert.Equal(3, refused.Code);
        Assert.StartsWith("dragoman: Who are you?\n", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_shown_as_they_end()
    {
        const string Line = """{"time":"2026-11-30T11:00:00.000Z","team":"web","key":"AbCdEfGhIjKl","model":"gpt-5","outcome":"completed","error":null,"inputTokens":3,"outputTokens":5,"firstMs":1.5,"totalMs":2}""";
        await using var server = await ScriptedServer.StartAsync(http => ScriptedServer.WriteAsync(http, 200, "{}\n" + Line + "\n{\"dropped\":4}\n", "application/x-ndjson"));
        var json = await cli.DoAsync("requests", "tail", "--url", server.Address, "--json");
        Assert.Equal(Line + "\n{\"dropped\":4}\n", json.Output);
        var shown = await cli.DoAsync("requests", "tail", "--url", server.Address);
        Assert.Contains("gpt-5                     completed   3        5        1.5        2          -", shown.Output, StringComparison.Ordinal);
        Assert.StartsWith("4 requests are not shown", shown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_list_ends_with_an_interruption()
    {
        using var interruption = new CancellationTokenSource();
        await using var server = await ScriptedServer.StartAsync(async http =>
        {
            await ScriptedServer.WriteAsync(http, 200, "{}\n", "application/x-ndjson");
            await http.Response.Body.FlushAsync();
            await interruption.CancelAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        Assert.Equal(130, (await cli.RunAsync("", interruption.Token, "requests", "tail", "--url", server.Address)).Code);
    }

    private static async Task AnswerAsync(AdminApi api, HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var headers = http.Request.Headers;
        var answer = await api.HandleAsync(new AdminCall(http.Request.Method, http.Request.Path.Value!["/dragoman/".Length..], AdminActor.WithAdminKey(null, "x"))
        {
            Query = [.. http.Request.Query.Select(each => KeyValuePair.Create(each.Key, each.Value.ToString()))],
            IfMatch = headers.IfMatch.Count == 0 ? null : headers.IfMatch.ToString(),
            IdempotencyKey = headers["Idempotency-Key"].Count == 0 ? null : headers["Idempotency-Key"].ToString(),
            ContentType = http.Request.ContentType,
            Body = body.ToArray(),
        });
        http.Response.StatusCode = answer.Status;
        if (answer.ETag is { } etag)
            http.Response.Headers.ETag = etag;
        if (answer.IsReplay)
            http.Response.Headers["Idempotency-Replayed"] = "true";
        if (!answer.Body.IsEmpty)
            await http.Response.Body.WriteAsync(answer.Body);
    }
}
