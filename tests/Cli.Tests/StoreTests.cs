using System.Text.Json;
using Dragoman.Administration;
using Dragoman.Stores;

namespace Dragoman.Cli.Tests;

/// <summary>Commands that work on a SQLite store themselves.</summary>
public sealed class StoreTests : IDisposable
{
    private readonly CliUnderTest cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task The_first_run_creates_what_is_missing()
    {
        var created = await cli.DoAsync("team", "create", "web");
        Assert.Contains("web", created.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(cli.File("data/dragoman.db")));
        var (_, text) = await cli.CreateKeyAsync("--team", "web");
        Assert.Matches("^dgm_[0-9A-Za-z]{40}$", text);
    }

    [Fact]
    public async Task Every_command_does_what_it_says()
    {
        await cli.DoAsync("team", "create", "web", "--name", "Web", "--allow-model", "gpt-5*", "--allow-model", "claude/*", "--user-tokens-per-minute", "900", "--tag", "a=b", "--tag", "c/d=e=f");
        var team = (await cli.DoAsync("team", "show", "web", "--json")).Json;
        Assert.Equal("""["gpt-5*","claude/*"]""", team.GetProperty("allow").GetProperty("models").GetRawText());
        Assert.Equal(900, team.GetProperty("userLimits").GetProperty("tokensPerMinute").GetInt32());
        Assert.Equal("""{"a":"b","c/d":"e=f"}""", team.GetProperty("tags").GetRawText());

        await cli.DoAsync("team", "set", "web", "--clear", "name", "--clear", "allow-model", "--clear", "tag:a", "--disable", "--concurrent-requests", "3");
        team = (await cli.DoAsync("team", "show", "web", "--json")).Json;
        Assert.Equal(JsonValueKind.Null, team.GetProperty("name").ValueKind);
        Assert.Equal(JsonValueKind.Null, team.GetProperty("allow").GetProperty("models").ValueKind);
        Assert.Equal("""{"c/d":"e=f"}""", team.GetProperty("tags").GetRawText());
        Assert.True(team.GetProperty("disabled").GetBoolean());
        await cli.DoAsync("team", "set", "web", "--enable", "--clear", "tags");

        await cli.DoAsync("user", "create", "anna@example.com", "--team", "web", "--role", "lead", "--role", "auditor");
        await cli.DoAsync("user", "set", "anna@example.com", "--team", "web", "--clear", "role", "--requests-per-minute", "7");
        Assert.Equal("[]", (await cli.DoAsync("user", "show", "anna@example.com", "--team", "web", "--json")).Json.GetProperty("roles").GetRawText());
        Assert.Contains("anna@example.com", (await cli.DoAsync("user", "list", "--team", "web")).Output, StringComparison.Ordinal);

        var (id, text) = await cli.CreateKeyAsync("--team", "web", "--user", "anna@example.com", "--expires", "2099-12-31");
        Assert.Equal(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero), (await cli.DoAsync("key", "show", id, "--json")).Json.GetProperty("expiresAt").GetDateTimeOffset());
        await cli.DoAsync("key", "set", id, "--expires", "never", "--allow-endpoint", "/v1/*", "--tokens-per-minute", "5");
        Assert.Equal(JsonValueKind.Null, (await cli.DoAsync("key", "show", id, "--json")).Json.GetProperty("expiresAt").ValueKind);
        Assert.Contains("5, by the key " + id, (await cli.DoAsync("limits", "show", "--key", id)).Output, StringComparison.Ordinal);
        Assert.Contains("7, by the user web/anna@example.com", (await cli.DoAsync("limits", "show", "--team", "web", "--user", "anna@example.com")).Output, StringComparison.Ordinal);

        var rotated = (await cli.DoAsync("key", "rotate", id, "--keep-old", "24h", "--json")).Json;
        Assert.Equal(id, rotated.GetProperty("replaces").GetString());
        Assert.NotEqual(text, rotated.GetProperty("key").GetString());
        await cli.DoAsync("key", "revoke", rotated.GetProperty("id").GetString()!);
        Assert.Contains("revoked", (await cli.DoAsync("key", "list", "--team", "web")).Output, StringComparison.Ordinal);

        await cli.DoAsync("organization", "set", "--requests-per-minute", "1000");
        Assert.Contains("1000", (await cli.DoAsync("organization", "show")).Output, StringComparison.Ordinal);
        Assert.Contains("local", (await cli.DoAsync("whoami")).Output, StringComparison.Ordinal);
        Assert.Equal("Deleted the user anna@example.com.\n", (await cli.DoAsync("user", "delete", "anna@example.com", "--team", "web", "--force")).Error);
        Assert.Equal("", (await cli.DoAsync("team", "delete", "web", "--force", "--quiet")).Output);
        var log = (await cli.DoAsync("audit", "list", "--team", "web", "--all")).Output;
        Assert.Contains("team.delete", log, StringComparison.Ordinal);
        Assert.Contains($"local {Environment.UserName}", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_that_of_the_api()
    {
        await cli.DoAsync("team", "create", "web");
        await cli.CreateKeyAsync("--team", "web");
        await using var store = StoreConnection.Parse("sqlite:" + cli.File("data/dragoman.db")).Open();
        await using var ledger = StoreConnection.Parse("sqlite:" + cli.File("data/dragoman.db")).OpenLedger();
        var api = new AdminApi(store, ledger, TimeProvider.System);
        foreach (var (path, command) in new[] { ("teams", "team list"), ("keys", "key list"), ("teams/web", "team show web"), ("organization", "organization show"), ("audit", "audit list"), ("teams/no", "team show no") })
        {
            var answer = await api.HandleAsync(new AdminCall("GET", path, AdminActor.Local(null, "x")));
            var result = await cli.RunAsync([.. command.Split(' '), "--json"]);
            var (shown, other) = answer.Status < 400 ? (result.Output, result.Error) : (result.Error, result.Output);
            Assert.Equal("", other);
            var expected = System.Text.Encoding.UTF8.GetString(answer.Body.Span);
            Assert.Equal(WithoutRequest(expected), WithoutRequest(shown.TrimEnd('\n')));
        }

        static string WithoutRequest(string json) => System.Text.RegularExpressions.Regex.Replace(json, "\"requestId\":\"(x|cli-[0-9a-f]+)\"", "");
    }

    [Fact]
    public async Task People_get_columns()
    {
        await cli.DoAsync("team", "create", "web", "--name", "Web \u202e shop", "--requests-per-minute", "60");
        await cli.DoAsync("team", "create", "research");
        var lines = (await cli.DoAsync("team", "list")).Output.Split('\n');
        Assert.StartsWith("TEAM      NAME", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("research  -", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("web       Web \\u202e shop  active  60", lines[2], StringComparison.Ordinal);
        Assert.Equal("There are no users.\n", (await cli.DoAsync("user", "list")).Error);
    }

    [Fact]
    public async Task A_list_is_shown_by_pages_or_as_a_whole()
    {
        foreach (var team in new[] { "a", "b", "c" })
            await cli.DoAsync("team", "create", team, "--quiet");
        var page = await cli.DoAsync("team", "list", "--limit", "2");
        Assert.Equal("There are more teams. The next ones: --after b. All of them: --all.\n", page.Error);
        Assert.StartsWith("c ", (await cli.DoAsync("team", "list", "--after", "b")).Output.Split('\n')[1], StringComparison.Ordinal);
        var all = (await cli.DoAsync("team", "list", "--all", "--json")).Json;
        Assert.Equal(3, all.GetProperty("items").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, all.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task A_keys_text_is_shown_once_and_nowhere_else()
    {
        await cli.DoAsync("team", "create", "web");
        var (id, text) = await cli.CreateKeyAsync("--team", "web", "--idempotency-key", "once");
        Assert.Equal(text + "\n", cli.Results[^1].Output);
        Assert.Contains("only time", cli.Results[^1].Error, StringComparison.Ordinal);
        cli.Results.Clear();
        var again = await cli.RunAsync("key", "create", "--team", "web", "--quiet", "--idempotency-key", "once");
        Assert.Equal((6, ""), (again.Code, again.Output));
        await cli.RunAsync("key", "show", id);
        await cli.RunAsync("key", "list", "--json");
        await cli.RunAsync("audit", "list", "--json");
        await cli.RunAsync("key", "show", text);
        await cli.RunAsync("key", text);
        await cli.RunAsync("login", "--url", "http://127.0.0.1:1", "--key", text);
        await cli.RunAsync("team", "show", "web", text);
        await cli.RunAsync("--url", $"https://x:{text}@example.com/", "whoami");
        Assert.All(cli.Results, result => Assert.DoesNotContain(text[16..], result.Output + result.Error, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(cli.Directory, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(text[16..], System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_protects_a_change()
    {
        await cli.DoAsync("team", "create", "web");
        var etag = (await cli.DoAsync("team", "show", "web", "--etag")).Output.Trim();
        await cli.DoAsync("team", "set", "web", "--name", "One", "--if-match", etag);
        var late = await cli.RunAsync("team", "set", "web", "--name", "Two", "--if-match", etag);
        Assert.Equal(6, late.Code);
        Assert.Contains("If-Match", late.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_names_the_store()
    {
        await File.WriteAllTextAsync(cli.File("gateway.json"), $$"""{ "providers": { "p": { "dialect": "openai", "apiKey": "env:NOT_HERE" } }, "store": { "connection": "sqlite:{{cli.File("named.db")}}" } }""");
        cli.Environment["DRAGOMAN_CONFIG"] = cli.File("gateway.json");
        await cli.DoAsync("team", "create", "web");
        Assert.True(File.Exists(cli.File("named.db")));
        cli.Environment["DRAGOMAN__store__connection"] = "sqlite:" + cli.File("variable.db");
        await cli.DoAsync("team", "create", "web");
        Assert.True(File.Exists(cli.File("variable.db")));
        cli.Environment["OTHER"] = "sqlite:" + cli.File("option.db");
        await cli.DoAsync("team", "create", "web", "--store", "env:OTHER");
        Assert.True(File.Exists(cli.File("option.db")));
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_is_named()
    {
        await File.WriteAllTextAsync(cli.File("file"), "no directory");
        var result = await cli.RunAsync("team", "list", "--store", "sqlite:" + cli.File("file/dragoman.db"));
        Assert.Equal(1, result.Code);
        Assert.Contains(cli.File("file/dragoman.db"), result.Error, StringComparison.Ordinal);
    }
}
